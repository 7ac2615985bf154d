package io.stagger.runtime.cuda;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.RuntimeUnavailableException;
import io.stagger.api.weights.TensorType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The project's kernels, compiled for a device by its driver from the PTX in this jar. What they
 * compute and how they are called is written in {@code src/main/cuda/README.md}.
 */
final class Kernels implements Resource {

  private static final List<String> SUFFIXES = List.of("_f32", "_f16", "_bf16");
  private static final List<String> SHORT_SUFFIXES = List.of("_f16", "_bf16");
  private static final List<String> NO_SUFFIX = List.of("");

  /** Dynamic shared memory of the tensor products: two stages of their panels. */
  private static final int TENSOR_SHARED_BYTES = 40960;

  private final Resources modules = new Resources();
  private final Map<String, Kernel> kernels = new HashMap<>();

  private Kernels() {}

  /**
   * Loads them.
   *
   * @param withTensorCores whether those for tensor cores are needed
   * @throws CudaException if the driver does not take them
   * @throws RuntimeUnavailableException if one is missing in the jar
   */
  static Kernels load(DeviceContext context, boolean withTensorCores) {
    Kernels kernels = new Kernels();
    try {
      Loader router = kernels.loader(context, "router");
      router.add("widen", SHORT_SUFFIXES, 256, 0);
      router.add("router_logits", SUFFIXES, 256, 0);
      router.add("route", NO_SUFFIX, 32, 0);
      Loader dispatch = kernels.loader(context, "dispatch");
      for (String name :
          List.of("expert_counts", "slot_counts", "slot_offsets", "permute", "scatter_rows")) {
        dispatch.add(name, NO_SUFFIX, 256, 0);
      }
      Loader plain = kernels.loader(context, "plain");
      plain.add("gate_up", SUFFIXES, 256, 0);
      plain.add("down", SUFFIXES, 256, 0);
      kernels.loader(context, "combine").add("combine", SUFFIXES, 256, 0);
      if (withTensorCores) {
        Loader tensor = kernels.loader(context, "tensor");
        tensor.add("split", SHORT_SUFFIXES, 128, 0);
        tensor.add("tensor_gate_up", SHORT_SUFFIXES, 128, TENSOR_SHARED_BYTES);
        tensor.add("tensor_down", SHORT_SUFFIXES, 128, TENSOR_SHARED_BYTES);
      }
      return kernels;
    } catch (RuntimeException | Error e) {
      kernels.modules.closeAfter(e);
      throw e;
    }
  }

  private Loader loader(DeviceContext context, String file) {
    return new Loader(modules.add(new KernelModule(context, file + ".ptx", ptx(file + ".ptx"))));
  }

  private static String ptx(String file) {
    try (InputStream in = Kernels.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new RuntimeUnavailableException(
            Diagnosis.of("kernels " + file + " are missing in the jar", "CUDA runtime")
                .remedy("Use a whole build of stagger-runtime-cuda"));
      }
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A kernel that knows one type only. */
  Kernel get(String name) {
    Kernel kernel = kernels.get(name);
    if (kernel == null) {
      throw new IllegalStateException("kernel " + name + " is not loaded; loaded: " + kernels);
    }
    return kernel;
  }

  /** The kernel for a type. */
  Kernel get(String name, TensorType type) {
    return get(name + "_" + type.name().toLowerCase(Locale.ROOT));
  }

  @Override
  public void close() {
    modules.close();
  }

  /** Adds the kernels of a module. */
  private final class Loader {

    private final KernelModule module;

    Loader(KernelModule module) {
      this.module = module;
    }

    void add(String name, List<String> suffixes, int block, int sharedBytes) {
      for (String suffix : suffixes) {
        kernels.put(name + suffix, module.kernel("stagger_" + name + suffix, block, sharedBytes));
      }
    }
  }
}

package io.stagger.runtime.cpu;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.RuntimeUnavailableException;
import io.stagger.api.weights.TensorType;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;

/** The dot-product kernels in use, one for each type of weights. All choices give the same bits. */
final class Kernels {

  static final String VECTOR_FLAG = "--add-modules jdk.incubator.vector";

  static final String VECTOR_MODULE = "jdk.incubator.vector";

  private final String description;
  private final Map<TensorType, DotKernel> kernels;

  private Kernels(String description, Map<TensorType, DotKernel> kernels) {
    this.description = description;
    this.kernels = kernels;
  }

  /**
   * The kernels that a choice stands for; {@code AUTO} takes the vector kernels where it can.
   *
   * @throws RuntimeUnavailableException if {@code VECTOR} is asked for and cannot be had
   */
  static Kernels choose(Choice choice) {
    return switch (choice) {
      case SCALAR -> scalar();
      case VECTOR -> {
        if (!hasVectorModule()) {
          throw new RuntimeUnavailableException(
              Diagnosis.of("the Java module " + VECTOR_MODULE + " is absent", "vector kernels")
                  .remedy("Start Java with " + VECTOR_FLAG));
        }
        yield vector();
      }
      case AUTO -> hasVectorModule() ? vector() : scalar();
    };
  }

  static boolean hasVectorModule() {
    return ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent();
  }

  private static Kernels scalar() {
    ScalarDots scalar = new ScalarDots();
    return of("scalar kernels", () -> scalar, () -> scalar, () -> scalar);
  }

  /** Loads the classes that use the module; no one may call this where it is absent. */
  private static Kernels vector() {
    return of(
        VectorLanes.WIDTH * Float.SIZE + "-bit vector kernels",
        F32Dots::new,
        F16Dots::new,
        Bf16Dots::new);
  }

  private static Kernels of(
      String description,
      Supplier<DotKernel> f32,
      Supplier<DotKernel> f16,
      Supplier<DotKernel> bf16) {
    Map<TensorType, DotKernel> kernels = new EnumMap<>(TensorType.class);
    kernels.put(TensorType.F32, f32.get());
    kernels.put(TensorType.F16, f16.get());
    kernels.put(TensorType.BF16, bf16.get());
    return new Kernels(description, kernels);
  }

  /** The kernel for a type of weights. */
  DotKernel of(TensorType type) {
    DotKernel kernel = kernels.get(type);
    if (kernel == null) {
      throw new IllegalStateException("no kernel for " + type);
    }
    return kernel;
  }

  /** For people: {@code "512-bit vector kernels"}. */
  String description() {
    return description;
  }

  /** What the option {@code kernels} may say. */
  enum Choice {
    AUTO,
    VECTOR,
    SCALAR
  }
}

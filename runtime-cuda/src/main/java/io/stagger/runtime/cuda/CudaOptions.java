package io.stagger.runtime.cuda;

import io.stagger.api.error.ConfigurationException;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.Options;
import io.stagger.api.weights.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The backend's options.
 *
 * @param library the driver's library; empty for the usual names
 * @param devices device numbers in the order of use; empty for all that can run the kernels
 * @param kernels which kernel set multiplies
 * @param tokens tokens that are computed together
 * @param lanes forward passes that run at the same time
 * @param stagingBytes size of a staging buffer
 * @param reserveBytes device memory that is left alone
 * @param verify whether uploaded weights are read back and compared
 */
record CudaOptions(
    Optional<String> library,
    List<Integer> devices,
    KernelChoice kernels,
    int tokens,
    int lanes,
    long stagingBytes,
    long reserveBytes,
    boolean verify) {

  /** Which kernel set multiplies. */
  enum KernelChoice {
    /** Tensor cores for weights of 16 bits, plain arithmetic for others. */
    AUTO,
    /** Plain arithmetic for all weights. */
    PLAIN,
    /** Tensor cores for all weights. */
    TENSOR;

    /** Whether weights of a type are multiplied by tensor cores. */
    boolean usesTensorCores(TensorType type) {
      return this != PLAIN && type != TensorType.F32;
    }
  }

  /** What the options may be. */
  static final List<OptionSpec> SPECS =
      List.of(
          OptionSpec.text(
              "library",
              null,
              "The NVIDIA driver's library, by path or by a name that the system finds;"
                  + " libcuda.so.1 and the like where it is left out."),
          OptionSpec.text(
              "devices",
              "all",
              "The devices to use: numbers as 0,2, or all of the first one's compute capability."
                  + " Ranks are spread over them in order."),
          OptionSpec.choice(
              "kernels",
              List.of("auto", "plain", "tensor"),
              "Tensor cores need weights of 16 bits; auto uses plain kernels for others."),
          OptionSpec.integer(
              "tokens",
              1024,
              1,
              65536,
              "Tokens that are computed together; memory for intermediate values grows with it."),
          OptionSpec.integer(
              "lanes",
              2,
              1,
              64,
              "Forward passes that run at the same time, each with memory of its own."),
          OptionSpec.integer(
              "staging-mb",
              16,
              1,
              4096,
              "Size of each of a device's two staging buffers for weights, in MiB."),
          OptionSpec.integer(
              "reserve-mb",
              256,
              0,
              1 << 20,
              "Memory of each device that is left to the driver and to others, in MiB."),
          OptionSpec.flag(
              "verify",
              false,
              "Whether weights are read back from the device and compared after each upload."));

  private static final long MEBIBYTE = 1 << 20;

  /**
   * The options as they are set, with defaults for those that are not. A blank library counts as
   * not set.
   *
   * @throws ConfigurationException if one is out of its range, which whoever opens a backend by
   *     itself may have put in unchecked
   */
  static CudaOptions of(Options set) {
    Options options = Options.defaults(SPECS);
    for (OptionSpec spec : SPECS) {
      Object value = set.asMap().get(spec.name());
      if (value != null) {
        String where = "runtime.cuda." + spec.name();
        options = options.with(spec.name(), spec.parse(value.toString(), where));
      }
    }
    return new CudaOptions(
        options.optionalText("library").filter(name -> !name.isEmpty()),
        deviceNumbers(options.text("devices")),
        KernelChoice.valueOf(options.text("kernels").toUpperCase(Locale.ROOT)),
        (int) options.integer("tokens"),
        (int) options.integer("lanes"),
        options.integer("staging-mb") * MEBIBYTE,
        options.integer("reserve-mb") * MEBIBYTE,
        options.flag("verify"));
  }

  private static List<Integer> deviceNumbers(String text) {
    List<Integer> numbers = new ArrayList<>();
    if (!text.strip().equals("all")) {
      for (String part : text.split(",", -1)) {
        numbers.add(deviceNumber(part.strip(), text, numbers));
      }
    }
    return List.copyOf(numbers);
  }

  private static int deviceNumber(String part, String text, List<Integer> before) {
    // Five digits are more than any machine has devices, and always fit an int.
    if (part.matches("[0-9]{1,5}") && !before.contains(Integer.parseInt(part))) {
      return Integer.parseInt(part);
    }
    throw new ConfigurationException(
        Diagnosis.of("'" + text + "' is not allowed", "runtime.cuda.devices")
            .expecting("all, or device numbers, each once, as 0,2"));
  }

  /**
   * Checks that the kernels suit weights of a type.
   *
   * @throws ConfigurationException if tensor cores are asked for that cannot multiply them
   */
  void requireKernelsFor(TensorType type) {
    if (kernels == KernelChoice.TENSOR && type == TensorType.F32) {
      throw new ConfigurationException(
          Diagnosis.of("tensor kernels cannot multiply weights of F32", "runtime.cuda.kernels")
              .expecting("weights of F16 or BF16")
              .remedy("Set it to plain or auto"));
    }
  }
}

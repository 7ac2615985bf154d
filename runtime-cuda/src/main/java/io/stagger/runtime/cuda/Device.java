package io.stagger.runtime.cuda;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.RuntimeUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A GPU as the driver describes it.
 *
 * @param driver the driver
 * @param ordinal its number, from 0
 * @param handle the driver's handle
 * @param name its product name
 * @param major major compute capability
 * @param minor minor compute capability
 * @param bytes its memory
 * @param multiprocessors its streaming multiprocessors
 */
record Device(
    Driver driver,
    int ordinal,
    int handle,
    String name,
    int major,
    int minor,
    long bytes,
    int multiprocessors) {

  /** CUDA 11.0, whose drivers take the PTX that is shipped. */
  private static final int OLDEST_DRIVER = 11000;

  /** The compute capability that the PTX is compiled for. */
  private static final int OLDEST_MAJOR = 8;

  /**
   * The GPUs of the machine.
   *
   * @param library the driver's library; empty for the usual names
   * @throws RuntimeUnavailableException if there is no driver, it is too old, or it finds no GPU
   */
  static List<Device> all(Optional<String> library) {
    Driver driver = Driver.load(library);
    try {
      driver.initialize();
      int version = driver.version();
      if (version < OLDEST_DRIVER) {
        throw new RuntimeUnavailableException(
            Diagnosis.of("the NVIDIA driver speaks CUDA " + version(version), driver.library())
                .expecting("CUDA " + version(OLDEST_DRIVER) + " or later")
                .remedy("Update the NVIDIA driver"));
      }
      List<Device> devices = new ArrayList<>();
      for (int ordinal = 0; ordinal < driver.deviceCount(); ordinal++) {
        devices.add(describe(driver, ordinal));
      }
      return devices;
    } catch (CudaException e) {
      throw new RuntimeUnavailableException(
          Diagnosis.of("no usable GPU: " + e.diagnosis().message(), "CUDA runtime")
              .remedy("Check the GPU with nvidia-smi, or set runtime.backend=cpu"),
          e);
    }
  }

  private static Device describe(Driver driver, int ordinal) {
    int handle = driver.device(ordinal);
    return new Device(
        driver,
        ordinal,
        handle,
        driver.deviceName(handle),
        driver.attribute(Driver.CAPABILITY_MAJOR, handle),
        driver.attribute(Driver.CAPABILITY_MINOR, handle),
        driver.deviceBytes(handle),
        driver.attribute(Driver.MULTIPROCESSORS, handle));
  }

  /**
   * The GPUs that a runtime uses: those that were asked for, else all that can run the kernels and
   * round as the first of them does. Generations of GPUs add and take exponentials in ways of their
   * own, and a token's bits must not depend on where an expert lies.
   *
   * @throws RuntimeUnavailableException if there is none, or one that was asked for does not exist,
   *     is too old for the kernels, or of another compute capability than the first
   */
  static List<Device> choose(CudaOptions options) {
    List<Device> all = all(options.library());
    return options.devices().isEmpty() ? allAlike(all) : named(all, options.devices());
  }

  private static List<Device> allAlike(List<Device> all) {
    List<Device> able = all.stream().filter(Device::runsTheKernels).toList();
    if (able.isEmpty()) {
      throw new RuntimeUnavailableException(
          Diagnosis.of(
                  all.isEmpty() ? "the driver finds no GPU" : "no GPU can run the kernels: " + all,
                  "CUDA runtime")
              .expecting("a GPU of compute capability " + OLDEST_MAJOR + ".0 or later")
              .remedy("Set runtime.backend=cpu"));
    }
    return able.stream().filter(able.getFirst()::roundsLike).toList();
  }

  private static List<Device> named(List<Device> all, List<Integer> ordinals) {
    List<Device> named = ordinals.stream().map(ordinal -> find(all, ordinal)).toList();
    for (Device device : named) {
      if (!device.roundsLike(named.getFirst())) {
        throw new RuntimeUnavailableException(
            Diagnosis.of(
                    device + " rounds otherwise than " + named.getFirst(), "runtime.cuda.devices")
                .expecting("devices of one compute capability, so that no placement changes bits"));
      }
    }
    return named;
  }

  private static Device find(List<Device> all, int ordinal) {
    if (ordinal >= all.size() || !all.get(ordinal).runsTheKernels()) {
      throw new RuntimeUnavailableException(
          Diagnosis.of(
                  ordinal >= all.size()
                      ? "there is no device " + ordinal
                      : all.get(ordinal) + " is too old for the kernels",
                  "runtime.cuda.devices")
              .expecting(
                  "devices of compute capability %d.0 or later, of: %s"
                      .formatted(OLDEST_MAJOR, all)));
    }
    return all.get(ordinal);
  }

  private boolean roundsLike(Device other) {
    return major == other.major && minor == other.minor;
  }

  private boolean runsTheKernels() {
    return major >= OLDEST_MAJOR;
  }

  private static String version(int version) {
    return version / 1000 + "." + version % 1000 / 10;
  }

  /** For people: number, name, memory, compute capability. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "device %d %s (%.1f GiB, compute capability %d.%d)",
        ordinal,
        name,
        bytes / (double) (1 << 30),
        major,
        minor);
  }
}

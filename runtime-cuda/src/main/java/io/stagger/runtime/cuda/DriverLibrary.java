package io.stagger.runtime.cuda;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.RuntimeUnavailableException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The driver's shared library, found and loaded for as long as the process lives.
 *
 * @param name the name or path it was loaded by
 * @param symbols what it exports
 */
record DriverLibrary(String name, SymbolLookup symbols) {

  private static final String[] USUAL_NAMES = {"libcuda.so.1", "libcuda.so", "nvcuda.dll"};

  /**
   * Finds it.
   *
   * @param library a path or a name that the system's loader knows; empty for the usual names
   * @throws RuntimeUnavailableException if there is none; also where Java was started without
   *     native access, which it names as the reason
   */
  static DriverLibrary find(Optional<String> library) {
    String[] names = library.map(name -> new String[] {name}).orElse(USUAL_NAMES);
    for (String name : names) {
      Optional<SymbolLookup> symbols = lookup(name);
      if (symbols.isPresent()) {
        return new DriverLibrary(name, symbols.get());
      }
    }
    throw new RuntimeUnavailableException(
        Diagnosis.of("no NVIDIA driver: cannot load " + String.join(" or ", names), "CUDA runtime")
            .remedy(
                library.isPresent()
                    ? "Correct runtime.cuda.library, or leave it out to search the usual names"
                    : "Install the NVIDIA driver, name its library in runtime.cuda.library, or set"
                        + " runtime.backend=cpu"));
  }

  @SuppressWarnings("restricted")
  private static Optional<SymbolLookup> lookup(String name) {
    try {
      return Optional.of(
          name.contains("/")
              ? SymbolLookup.libraryLookup(Path.of(name), Arena.global())
              : SymbolLookup.libraryLookup(name, Arena.global()));
    } catch (IllegalCallerException e) {
      throw new RuntimeUnavailableException(
          Diagnosis.of("Java does not let this code call the driver", "CUDA runtime")
              .remedy("Start Java with --enable-native-access=ALL-UNNAMED"),
          e);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * Binds a function to a list of parameters, which nothing can check.
   *
   * @throws RuntimeUnavailableException if the library does not export it
   */
  NativeFunction bind(String function, MemoryLayout... parameters) {
    MemorySegment address =
        symbols
            .find(function)
            .orElseThrow(() ->
                new RuntimeUnavailableException(
                    Diagnosis.of("it has no function " + function, "driver library " + name)
                        .expecting("an NVIDIA driver for CUDA 11 or later")));
    return new NativeFunction(function, address, parameters);
  }
}

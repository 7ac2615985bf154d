package io.stagger.engine.trace.arrow;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidTraceException;

/** The native library that compresses, which a JVM may be unable to load. */
final class ZstdLibrary {

  private ZstdLibrary() {}

  static InvalidTraceException missing(String where, LinkageError cause) {
    return new InvalidTraceException(
        Diagnosis.of("zstd's native library cannot be loaded: " + cause.getMessage(), where)
            .remedy(
                "Where the folder for temporary files forbids to run code, name another with"
                    + " -DZstdTempFolder=DIR; and start java with"
                    + " --enable-native-access=ALL-UNNAMED"),
        cause);
  }
}

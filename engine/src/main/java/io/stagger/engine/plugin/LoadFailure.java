package io.stagger.engine.plugin;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.StaggerException;
import java.util.ServiceConfigurationError;
import org.jspecify.annotations.Nullable;

/** Says in words what the JDK threw while it loaded or asked a provider. */
final class LoadFailure {

  private static final int MAX_CAUSES = 20;

  private LoadFailure() {}

  static Diagnosis diagnose(String where, Throwable thrown) {
    Throwable root = root(thrown);
    return switch (root) {
      case UnsupportedClassVersionError e ->
          Diagnosis.of("was compiled for a newer Java: " + e.getMessage(), where)
              .expecting("classes for Java " + Runtime.version().feature() + " or older")
              .remedy("Compile it with --release " + Runtime.version().feature());
      case ClassNotFoundException e -> missing(e.getMessage(), where);
      case NoClassDefFoundError e -> missing(e.getMessage(), where);
      case LinkageError e ->
          Diagnosis.of("does not fit this version of Stagger's API: " + e, where)
              .remedy("Compile it against this version");
      case ServiceConfigurationError e ->
          Diagnosis.of(String.valueOf(e.getMessage()), where)
              .expecting(
                  "a service file that lists public classes with a public constructor"
                      + " without parameters");
      case StaggerException e ->
          Diagnosis.of(e.diagnosis().message(), where)
              .remedy("Mend the provider, or remove its jar");
      default ->
          Diagnosis.of("threw " + root, where)
              .expecting("a constructor and declarations that do not fail")
              .remedy("Mend the provider, or remove its jar");
    };
  }

  private static Diagnosis missing(@Nullable String name, String where) {
    String type = String.valueOf(name).replace('/', '.');
    return Diagnosis.of("needs the class " + type + ", which it cannot see", where)
        .expecting("classes of the jar itself, of the JDK or of io.stagger.api")
        .remedy("Put the class into the jar, or name its jar in the manifest's Class-Path");
  }

  /** The deepest cause that says more than its wrapper. */
  private static Throwable root(Throwable thrown) {
    Throwable root = thrown;
    for (int i = 0; i < MAX_CAUSES && root.getCause() != null; i++) {
      root = root.getCause();
    }
    return root;
  }
}

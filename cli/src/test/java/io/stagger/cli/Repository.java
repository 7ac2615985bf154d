package io.stagger.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the files of this repository are, and those that may lie beside it. */
final class Repository {

  private Repository() {}

  /** A file or folder of the repository. */
  static Path file(String relative) {
    return root().resolve(relative);
  }

  /** A file or folder of the reference data; aborts the test where that is absent. */
  static Path shared(String relative) {
    Path path = root().resolveSibling("shared").resolve(relative);
    assumeTrue(Files.exists(path), "reference data is absent: " + path);
    return path;
  }

  private static Path root() {
    Path start = Path.of(System.getProperty("io.stagger.root", "")).toAbsolutePath();
    for (Path at = start; at != null; at = at.getParent()) {
      if (Files.exists(at.resolve("stagger")) && Files.exists(at.resolve("pom.xml"))) {
        return at;
      }
    }
    throw new AssertionError("no repository root above " + start);
  }
}

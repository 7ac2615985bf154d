package io.stagger.strategies;

import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;

/** The reference data beside the repository; tests that need it are skipped where it is absent. */
public final class SharedFiles {

  private SharedFiles() {}

  /** A file or folder of the reference data; aborts the test where it is absent. */
  public static Path require(String relative) {
    Path start = Path.of(System.getProperty("io.stagger.root", System.getProperty("user.dir")));
    for (Path at = start.toAbsolutePath(); at != null; at = at.getParent()) {
      Path wanted = at.resolveSibling("shared").resolve(relative);
      if (Files.exists(at.resolve("pom.xml")) && Files.exists(wanted)) {
        return wanted;
      }
    }
    return abort("skipped: there is no ../shared/" + relative + " beside the repository");
  }
}

package io.stagger.engine;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Public data beside the checkout, in {@code ../shared}; tests that need it are skipped without.
 */
public final class SharedData {

  private SharedData() {}

  /** A file or folder of it. */
  public static Path path(String relative) {
    Path root = root();
    assumeTrue(root != null, "../shared is not there");
    Path path = root.resolveSibling("shared").resolve(relative);
    assumeTrue(Files.exists(path), path + " is not there");
    return path;
  }

  private static @Nullable Path root() {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      if (isRoot(at)) {
        return at;
      }
    }
    return null;
  }

  private static boolean isRoot(Path folder) {
    try {
      Path pom = folder.resolve("pom.xml");
      return Files.isDirectory(folder.resolveSibling("shared"))
          && Files.isRegularFile(pom)
          && Files.readString(pom).contains("<artifactId>stagger-parent</artifactId>");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

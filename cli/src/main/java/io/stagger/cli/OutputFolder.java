package io.stagger.cli;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A folder that a command writes files to.
 *
 * @param option what it was named by, as {@code --out}
 * @param path where it is, or will be
 */
record OutputFolder(String option, Path path) {

  /** Found out before the work, so that nobody waits for files that can't be written. */
  void requireWritable() {
    Path nearest = path.toAbsolutePath().normalize();
    while (nearest.getParent() != null && !Files.exists(nearest)) {
      nearest = nearest.getParent();
    }
    if (!Files.isDirectory(nearest) || !Files.isWritable(nearest)) {
      throw unusable("'" + nearest + "' is no folder that can be written to", null);
    }
  }

  /** Makes it if it is not there. */
  Path create() {
    try {
      return Files.createDirectories(path).toAbsolutePath().normalize();
    } catch (IOException e) {
      throw unusable("cannot be made (" + e + ")", e);
    }
  }

  private InvalidInputException unusable(String problem, @Nullable IOException cause) {
    return new InvalidInputException(
        Diagnosis.of(problem, option + " " + path).remedy("Choose another folder with " + option),
        cause);
  }
}

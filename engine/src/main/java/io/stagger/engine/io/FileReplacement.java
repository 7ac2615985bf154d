package io.stagger.engine.io;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes a file beside its target and moves it into place, so that no one sees half of it. */
public final class FileReplacement {

  private FileReplacement() {}

  /** What writes the content. */
  @FunctionalInterface
  public interface Content {
    /** Writes it all. */
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Writes a file.
   *
   * @throws InvalidInputException if it cannot be written; what was there before is still there
   */
  public static void write(Path target, Content content) {
    Path folder = target.toAbsolutePath().getParent();
    try {
      if (folder == null) {
        throw new IOException("it has no folder");
      }
      Path beside = Files.createTempFile(folder, "." + target.getFileName(), ".part");
      try {
        try (OutputStream out = Files.newOutputStream(beside)) {
          content.writeTo(out);
        }
        move(beside, target);
      } finally {
        Files.deleteIfExists(beside);
      }
    } catch (IOException e) {
      throw new InvalidInputException(
          Diagnosis.of("cannot be written: " + e, target.toString())
              .remedy("Name a file in a folder that exists and can be written to"),
          e);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}

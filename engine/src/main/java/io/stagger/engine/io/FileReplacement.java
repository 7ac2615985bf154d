package io.stagger.engine.io;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.error.IoProblem;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.function.Consumer;

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
    write(target, content, _ -> {});
  }

  /**
   * Likewise, and looks at the whole file before it takes the target's place.
   *
   * @param check is given the file beside the target; what it throws leaves the target as it was
   */
  public static void write(Path target, Content content, Consumer<Path> check) {
    try (PendingFile file = PendingFile.beside(target)) {
      content.writeTo(file.out());
      file.finish();
      check.accept(file.path());
      file.move();
    } catch (IOException e) {
      throw unwritable(target, e);
    }
  }

  /** The error for a file that cannot be written. */
  public static InvalidInputException unwritable(Path target, IOException cause) {
    return new InvalidInputException(
        Diagnosis.of(IoProblem.of("cannot be written", cause), target.toString())
            .remedy("Name a file in a folder that exists and can be written to"),
        cause);
  }
}

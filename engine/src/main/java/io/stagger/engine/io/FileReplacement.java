package io.stagger.engine.io;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.error.IoProblem;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
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
    Path whole = target.toAbsolutePath();
    // Not createTempFile: its files are their owner's alone, also after they were moved.
    Path beside =
        whole.resolveSibling("." + whole.getFileName() + "." + UUID.randomUUID() + ".part");
    try (Closeable _ = () -> Files.deleteIfExists(beside)) {
      writeAll(beside, content);
      check.accept(beside);
      move(beside, whole);
    } catch (IOException e) {
      throw new InvalidInputException(
          Diagnosis.of(IoProblem.of("cannot be written", e), target.toString())
              .remedy("Name a file in a folder that exists and can be written to"),
          e);
    }
  }

  private static void writeAll(Path beside, Content content) throws IOException {
    try (FileChannel channel = FileChannel.open(beside, CREATE_NEW, WRITE);
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel))) {
      content.writeTo(out);
      out.flush();
      channel.force(true);
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

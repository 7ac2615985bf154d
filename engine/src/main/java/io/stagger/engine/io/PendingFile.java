package io.stagger.engine.io;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * A file in the making, beside its target. It takes the target's place with {@link #move}; closed
 * before that, it is gone. Where writing it is one call, {@link FileReplacement} is simpler.
 */
public final class PendingFile implements AutoCloseable {

  private final Path target;
  private final Path beside;
  private final FileChannel channel;
  private final OutputStream out;

  private PendingFile(Path target, Path beside, FileChannel channel) {
    this.target = target;
    this.beside = beside;
    this.channel = channel;
    this.out = new BufferedOutputStream(Channels.newOutputStream(channel));
  }

  /** Begins a file. */
  public static PendingFile beside(Path target) throws IOException {
    Path whole = target.toAbsolutePath();
    // Not createTempFile: its files are their owner's alone, also after they were moved.
    Path beside =
        whole.resolveSibling("." + whole.getFileName() + "." + UUID.randomUUID() + ".part");
    return new PendingFile(whole, beside, FileChannel.open(beside, CREATE_NEW, WRITE));
  }

  /** Where to write the content; buffered. */
  public OutputStream out() {
    return out;
  }

  /** Where the file is for now. */
  public Path path() {
    return beside;
  }

  /** Ends the content and forces it to the disk. */
  public void finish() throws IOException {
    out.flush();
    channel.force(true);
    channel.close();
  }

  /** Puts the finished file in the target's place. */
  public void move() throws IOException {
    try {
      Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(beside, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Deletes the file unless it was moved. */
  @Override
  public void close() throws IOException {
    channel.close();
    Files.deleteIfExists(beside);
  }
}

package io.stagger.engine.trace;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.error.InvalidTraceException;
import io.stagger.engine.io.FileReplacement;
import io.stagger.engine.io.PendingFile;
import io.stagger.engine.trace.arrow.IpcWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Writes a trace, token by token:
 *
 * {@snippet :
 * try (TraceWriter trace = TraceWriter.create(Path.of("day.arrow"), TraceHeader.of(model))) {
 *   trace.add(TraceToken.of(0, 0, Phase.PREFILL, experts));
 *   trace.finish();
 * }
 * }
 *
 * <p>A file is written beside its target and takes its place with {@link #finish}; closed without,
 * what was there before stays. Holds about 4 MiB of tokens. The same tokens make the same bytes.
 * Not safe for use by several threads.
 */
public final class TraceWriter implements AutoCloseable {

  private final Path target;
  private final Optional<PendingFile> file;
  private final OutputStream out;
  private final IpcWriter arrow;
  private final TokenBuffer buffer;
  private final TraceHeader header;
  private long tokens;
  private boolean finished;

  private TraceWriter(Path target, Optional<PendingFile> file, OutputStream out, TraceHeader header)
      throws IOException {
    this.target = target;
    this.file = file;
    this.out = out;
    this.header = header;
    this.buffer = new TokenBuffer(header);
    this.arrow =
        new IpcWriter(
            out, file.isPresent(), TraceSchema.columns(header), TraceSchema.metadata(header));
  }

  /**
   * Begins a trace.
   *
   * @param target an Arrow file, replaced if it exists; or a pipe, which gets an Arrow stream
   * @throws InvalidInputException if it cannot be written
   */
  public static TraceWriter create(Path target, TraceHeader header) {
    try {
      boolean pipe = Files.exists(target) && !Files.isRegularFile(target);
      if (pipe && !Files.isDirectory(target)) {
        return new TraceWriter(target, Optional.empty(), Files.newOutputStream(target), header);
      }
      PendingFile file = PendingFile.beside(target);
      return new TraceWriter(target, Optional.of(file), file.out(), header);
    } catch (IOException e) {
      throw FileReplacement.unwritable(target, e);
    }
  }

  /**
   * Begins a trace as an Arrow stream.
   *
   * @param out where to; closed with this object
   * @param name of the stream, for errors
   * @throws InvalidInputException if it cannot be written
   */
  public static TraceWriter stream(OutputStream out, String name, TraceHeader header) {
    Path target = Path.of(name);
    try {
      return new TraceWriter(target, Optional.empty(), out, header);
    } catch (IOException e) {
      throw FileReplacement.unwritable(target, e);
    }
  }

  /**
   * Adds a token after those before it.
   *
   * @throws InvalidTraceException if it has other choices than the header promises, an expert that
   *     the model lacks, or one twice in a layer; it is not written then
   * @throws InvalidInputException if the trace cannot be written
   * @throws IllegalStateException if the trace is finished
   */
  public void add(TraceToken token) {
    requireOpen();
    buffer.add(token, tokens);
    tokens++;
    if (buffer.isFull()) {
      flush();
    }
  }

  /** What the trace says of itself. */
  public TraceHeader header() {
    return header;
  }

  /** How many tokens were added. */
  public long tokens() {
    return tokens;
  }

  private void flush() {
    try {
      arrow.write(buffer.drain());
    } catch (IOException e) {
      throw FileReplacement.unwritable(target, e);
    }
  }

  /**
   * Ends the trace and, if it is a file, puts it in its place.
   *
   * @throws InvalidInputException if it cannot be written
   * @throws IllegalStateException if it was finished before
   */
  public void finish() {
    requireOpen();
    if (!buffer.isEmpty()) {
      flush();
    }
    finished = true;
    try {
      arrow.finish();
      out.flush();
      if (file.isPresent()) {
        file.get().finish();
        file.get().move();
      }
    } catch (IOException e) {
      throw FileReplacement.unwritable(target, e);
    }
  }

  private void requireOpen() {
    if (finished) {
      throw new IllegalStateException("the trace " + target + " is finished");
    }
  }

  /** Frees what is held; a file that is not finished is gone. */
  @Override
  public void close() {
    try {
      if (file.isPresent()) {
        file.get().close();
      } else {
        out.close();
      }
    } catch (IOException e) {
      throw new InvalidInputException(
          Diagnosis.of("cannot be closed: " + e.getMessage(), target.toString()), e);
    }
  }
}

package io.stagger.engine.trace;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidTraceException;
import io.stagger.api.error.IoProblem;
import io.stagger.engine.trace.arrow.Column;
import io.stagger.engine.trace.arrow.ColumnBatch;
import io.stagger.engine.trace.arrow.ElementType;
import io.stagger.engine.trace.arrow.IpcReader;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads a trace from its beginning to its end, batch by batch:
 *
 * {@snippet :
 * try (TraceReader trace = TraceReader.open(Path.of("day.arrow"))) {
 *   trace.forEach(batch -> count(batch));
 * }
 * }
 *
 * <p>Arrow files and Arrow streams are read alike, so a trace may come through a pipe. Holds no
 * more than one batch, and no batch is larger than 256 MiB, whatever the file claims. Every value
 * is checked against the header. Not safe for use by several threads; its batches are.
 */
public final class TraceReader implements AutoCloseable {

  private static final int BUFFER = 1 << 16;

  private final IpcReader in;
  private final long size;
  private final TraceHeader header;
  private long tokens;

  private TraceReader(InputStream in, String name, long size) {
    this.in = new IpcReader(in, name);
    this.size = size;
    this.header = TraceSchema.read(this.in.columns(), this.in.metadata(), name);
  }

  /**
   * Opens a trace's file, or a pipe.
   *
   * @throws InvalidTraceException if it cannot be read, or is no trace of this version
   */
  public static TraceReader open(Path file) {
    try {
      long size = Files.isRegularFile(file) ? Files.size(file) : 0;
      return of(Files.newInputStream(file), file.toString(), size);
    } catch (IOException e) {
      throw new InvalidTraceException(
          Diagnosis.of(IoProblem.of("cannot be read", e), file.toString())
              .remedy("Name a trace that exists and can be read"),
          e);
    }
  }

  /**
   * Reads a trace from a stream, which is closed with this object, or at once if it is no trace.
   *
   * @param name of the stream, for errors
   * @throws InvalidTraceException if it is no trace of this version
   */
  public static TraceReader of(InputStream in, String name) {
    return of(in, name, 0);
  }

  private static TraceReader of(InputStream in, String name, long size) {
    InputStream buffered = new BufferedInputStream(in, BUFFER);
    try {
      return new TraceReader(buffered, name, size);
    } catch (RuntimeException e) {
      try {
        buffered.close();
      } catch (IOException closing) {
        e.addSuppressed(closing);
      }
      throw e;
    }
  }

  /** What the trace says of itself. */
  public TraceHeader header() {
    return header;
  }

  /**
   * The next tokens, in the order in which they were recorded; empty at the end.
   *
   * @throws InvalidTraceException if the trace is damaged or cut off, or a value is out of its
   *     range; the message names the file and the token
   */
  public Optional<TraceBatch> next() {
    Optional<ColumnBatch> columns = in.next();
    if (columns.isEmpty()) {
      return Optional.empty();
    }
    TraceBatch batch = batch(columns.get());
    tokens += batch.tokens();
    return Optional.of(batch);
  }

  /** Gives all further batches to an action, in order; errors as {@link #next}. */
  public void forEach(Consumer<TraceBatch> action) {
    for (Optional<TraceBatch> batch = next(); batch.isPresent(); batch = next()) {
      action.accept(batch.get());
    }
  }

  /** How many tokens were read so far. */
  public long tokens() {
    return tokens;
  }

  /** How many bytes were read so far. */
  public long bytesRead() {
    return in.bytesRead();
  }

  /** How many bytes there are in all; 0 if that is not known, as for a pipe. */
  public long size() {
    return size;
  }

  private TraceBatch batch(ColumnBatch columns) {
    try {
      int rows = columns.rows();
      return TraceBatch.of(
          header,
          tokens,
          Values.int32(find(columns, TraceSchema.SEQUENCE)),
          Values.int32(find(columns, TraceSchema.POSITION)),
          find(columns, TraceSchema.PHASE).bytes(),
          Values.int32OrUnknown(optional(columns, TraceSchema.SOURCE_RANK), rows),
          Values.uint16OrUnknown(optional(columns, TraceSchema.DATASET), rows),
          experts(find(columns, TraceSchema.EXPERTS)),
          header.weights() ? Values.float32(find(columns, TraceSchema.WEIGHTS)) : new float[0]);
    } catch (InvalidTraceException e) {
      throw new InvalidTraceException(
          e.diagnosis().at(in.place() + ", " + e.diagnosis().where()), e);
    }
  }

  private ExpertIds experts(ColumnBatch.Values values) {
    boolean narrow = in.columns().get(index(TraceSchema.EXPERTS)).type() == ElementType.UINT8;
    return narrow ? ExpertIds.of(values.bytes()) : ExpertIds.of(Values.uint16(values));
  }

  private ColumnBatch.Values find(ColumnBatch batch, String name) {
    return batch.columns().get(index(name));
  }

  private Optional<ColumnBatch.Values> optional(ColumnBatch batch, String name) {
    int index = index(name);
    return index < 0 ? Optional.empty() : Optional.of(batch.columns().get(index));
  }

  private int index(String name) {
    List<Column> columns = in.columns();
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public void close() {
    in.close();
  }
}

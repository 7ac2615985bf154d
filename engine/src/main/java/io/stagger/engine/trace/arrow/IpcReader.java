package io.stagger.engine.trace.arrow;

import static io.stagger.engine.trace.arrow.IpcFormat.CONTINUATION;
import static io.stagger.engine.trace.arrow.IpcFormat.MAX_METADATA;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidTraceException;
import io.stagger.api.error.IoProblem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;

/**
 * Reads Arrow's IPC format from its beginning to its end, batch by batch: a stream, or a file,
 * which is a stream with something before and behind it. Holds one batch. Not safe for use by
 * several threads.
 */
public final class IpcReader implements AutoCloseable {

  private final InputStream in;
  private final String where;
  private final SchemaMessage schema;
  private long bytesRead;
  private int batches;
  private boolean ended;

  private record Framed(Message message, ByteBuffer metadata) {}

  /**
   * Reads the schema.
   *
   * @param in a stream or file; this object closes it
   * @param where its name, for errors
   * @throws InvalidTraceException if it does not begin as one, or has columns of other types than
   *     {@link ElementType}
   */
  public IpcReader(InputStream in, String where) {
    this.in = in;
    this.where = where;
    this.schema = guarded(where, this::readSchema);
  }

  /** The columns, in order. */
  public List<Column> columns() {
    return schema.columns();
  }

  /** The schema's metadata. */
  public Map<String, String> metadata() {
    return schema.metadata();
  }

  /** How many bytes have been read. */
  public long bytesRead() {
    return bytesRead;
  }

  /** For errors: the batch that was read last. */
  public String place() {
    return where + ", record batch " + (batches - 1);
  }

  /**
   * The next batch; empty at the end.
   *
   * @throws InvalidTraceException if it is damaged, too large, or the end is missing
   */
  public Optional<ColumnBatch> next() {
    return guarded(where + ", record batch " + batches, this::readBatch);
  }

  private SchemaMessage readSchema() {
    byte[] start = read(IpcFormat.WORD);
    boolean file = Arrays.equals(start, Arrays.copyOf(IpcFormat.MAGIC, IpcFormat.WORD));
    byte[] prefix = file ? read(IpcFormat.WORD) : start;
    Framed framed = message(prefix);
    Schema found = new Schema();
    if (framed.message().headerType() != MessageHeader.Schema
        || framed.message().header(found) == null) {
      throw wrong("no schema at the beginning");
    }
    return SchemaMessage.read(found, where);
  }

  private Optional<ColumnBatch> readBatch() {
    if (ended) {
      return Optional.empty();
    }
    byte[] prefix = read(IpcFormat.WORD);
    if (littleEndian(prefix).getLong(0) == (CONTINUATION & 0xFFFF_FFFFL)) {
      ended = true;
      return Optional.empty();
    }
    Message message = message(prefix).message();
    RecordBatch batch = new RecordBatch();
    if (message.headerType() != MessageHeader.RecordBatch || message.header(batch) == null) {
      throw wrong("a message of type " + message.headerType());
    }
    BatchMessage format = new BatchMessage(schema.columns(), where + ", record batch " + batches);
    BatchMessage.Announced announced = format.announce(batch);
    if (message.bodyLength() < 0 || message.bodyLength() > announced.mostBodyBytes()) {
      throw wrong(
          "a body of %d bytes for %d tokens".formatted(message.bodyLength(), announced.rows()));
    }
    ColumnBatch values = format.read(announced, read((int) message.bodyLength()));
    batches++;
    return Optional.of(values);
  }

  private Framed message(byte[] prefix) {
    int continuation = littleEndian(prefix).getInt(0);
    int length = littleEndian(prefix).getInt(Integer.BYTES);
    if (continuation != CONTINUATION || length < Integer.BYTES || length > MAX_METADATA) {
      throw wrong("no message of an Arrow stream at byte " + (bytesRead - IpcFormat.WORD));
    }
    ByteBuffer metadata = littleEndian(read(length));
    Message message = Message.getRootAsMessage(metadata);
    if (message.version() != MetadataVersion.V5) {
      throw wrong("metadata version " + message.version() + " instead of 4, which is V5");
    }
    return new Framed(message, metadata);
  }

  /** Never allocates more than about twice what is there. */
  private byte[] read(int length) {
    try {
      byte[] bytes = in.readNBytes(length);
      bytesRead += bytes.length;
      if (bytes.length < length) {
        throw new InvalidTraceException(
            Diagnosis.of("ends at byte " + bytesRead + ", in the middle", where)
                .expecting("Arrow's end-of-stream mark")
                .remedy("It was cut off after " + batches + " whole record batches"));
      }
      return bytes;
    } catch (IOException e) {
      throw new InvalidTraceException(Diagnosis.of(IoProblem.of("cannot be read", e), where), e);
    }
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Flatbuffers check no offset of their own; the buffer's bounds do, in their own words. */
  private static <T> T guarded(String where, Supplier<T> reading) {
    try {
      return reading.get();
    } catch (IndexOutOfBoundsException | IllegalArgumentException | AssertionError e) {
      throw new InvalidTraceException(
          Diagnosis.of("metadata points outside of itself", where)
              .expecting("an Arrow stream or file"),
          e);
    } catch (LinkageError e) {
      throw ZstdLibrary.missing(where, e);
    }
  }

  private InvalidTraceException wrong(String problem) {
    return new InvalidTraceException(
        Diagnosis.of(problem, where).expecting("a trace as an Arrow stream or file"));
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw new InvalidTraceException(Diagnosis.of(IoProblem.of("cannot be closed", e), where), e);
    }
  }
}

package io.stagger.engine.trace.arrow;

import static io.stagger.engine.trace.arrow.IpcFormat.BUFFER_ALIGNMENT;
import static io.stagger.engine.trace.arrow.IpcFormat.MAX_BATCH_BYTES;
import static io.stagger.engine.trace.arrow.IpcFormat.MAX_BATCH_ROWS;
import static io.stagger.engine.trace.arrow.IpcFormat.NONE;

import com.google.flatbuffers.FlatBufferBuilder;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidTraceException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.flatbuf.BodyCompression;
import org.apache.arrow.flatbuf.BodyCompressionMethod;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.CompressionType;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.RecordBatch;
import org.jspecify.annotations.Nullable;

/**
 * Rows as an Arrow record batch. The buffers of a column are its validity, for lists that of the
 * values too, and the values.
 */
final class BatchMessage {

  private final List<Column> columns;
  private final String where;

  /**
   * @param columns in the order of their buffers
   * @param where for errors
   */
  BatchMessage(List<Column> columns, String where) {
    this.columns = columns;
    this.where = where;
  }

  /** A batch whose metadata was checked, so that its body may be read. */
  record Announced(RecordBatch batch, int rows, boolean compressed, long mostBodyBytes) {}

  /** Compressed buffers of all columns, in order. */
  List<byte[]> buffers(ColumnBatch batch) {
    List<byte[]> buffers = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      ColumnBatch.Values values = batch.columns().get(i);
      buffers.add(BufferCodec.compress(values.validity()));
      if (columns.get(i).isList()) {
        buffers.add(new byte[0]);
      }
      buffers.add(BufferCodec.compress(values.bytes()));
    }
    return buffers;
  }

  /** Bytes of a body with these buffers. */
  static long bodyBytes(List<byte[]> buffers) {
    return buffers.stream()
        .mapToLong(buffer -> IpcFormat.align(buffer.length, BUFFER_ALIGNMENT))
        .sum();
  }

  /** Writes a batch's metadata into a flatbuffer and returns its offset. */
  int write(FlatBufferBuilder builder, ColumnBatch batch, List<byte[]> buffers) {
    int rows = batch.rows();
    // Flatbuffers grow downwards: vectors are written from their last element to their first.
    RecordBatch.startNodesVector(builder, nodes());
    for (int i = columns.size() - 1; i >= 0; i--) {
      if (columns.get(i).isList()) {
        FieldNode.createFieldNode(builder, (long) rows * columns.get(i).listSize(), 0);
      }
      FieldNode.createFieldNode(builder, rows, batch.columns().get(i).nulls(rows));
    }
    int nodeVector = builder.endVector();
    RecordBatch.startBuffersVector(builder, buffers.size());
    long offset = bodyBytes(buffers);
    for (byte[] buffer : buffers.reversed()) {
      offset -= IpcFormat.align(buffer.length, BUFFER_ALIGNMENT);
      Buffer.createBuffer(builder, offset, buffer.length);
    }
    int bufferVector = builder.endVector();
    int compression =
        BodyCompression.createBodyCompression(
            builder, CompressionType.ZSTD, BodyCompressionMethod.BUFFER);
    return RecordBatch.createRecordBatch(
        builder, rows, nodeVector, bufferVector, compression, NONE);
  }

  private int nodes() {
    return columns.stream().mapToInt(column -> column.isList() ? 2 : 1).sum();
  }

  /** Checks a batch's metadata. */
  Announced announce(RecordBatch batch) {
    long rows = batch.length();
    long rowBytes = columns.stream().mapToLong(Column::rowBytes).sum();
    if (rows < 0 || rows > MAX_BATCH_ROWS || rows * rowBytes > MAX_BATCH_BYTES) {
      throw new InvalidTraceException(
          Diagnosis.of(rows + " tokens of " + rowBytes + " bytes in one batch", where)
              .expecting(
                  "at most %d tokens and %d bytes".formatted(MAX_BATCH_ROWS, MAX_BATCH_BYTES))
              .remedy("Write the trace in smaller record batches"));
    }
    if (batch.nodesLength() != nodes() || batch.buffersLength() != nodes() + columns.size()) {
      throw wrong("%d nodes and %d buffers".formatted(batch.nodesLength(), batch.buffersLength()));
    }
    boolean compressed = isCompressed(batch.compression());
    // Incompressible buffers grow a little, and each has a prefix, a validity and padding.
    long most = rows * rowBytes + rows * nodes() / Byte.SIZE + rows + 1_024L * columns.size();
    return new Announced(batch, (int) rows, compressed, most);
  }

  private boolean isCompressed(@Nullable BodyCompression compression) {
    if (compression == null) {
      return false;
    }
    if (compression.codec() != CompressionType.ZSTD) {
      throw new InvalidTraceException(
          Diagnosis.of("compressed with codec " + compression.codec(), where)
              .expecting("zstd, or no compression"));
    }
    return true;
  }

  /** Takes a body apart. */
  ColumnBatch read(Announced announced, byte[] body) {
    List<ColumnBatch.Values> values = new ArrayList<>();
    int node = 0;
    int buffer = 0;
    for (Column column : columns) {
      int rows = announced.rows();
      boolean nulls = hasNulls(announced, node, rows, column);
      byte[] validity =
          nulls ? bytes(announced, body, buffer, (rows + Byte.SIZE - 1) / Byte.SIZE) : new byte[0];
      if (column.isList()) {
        node++;
        buffer++;
        int items = rows * column.listSize();
        if (hasNulls(announced, node, items, column)) {
          throw wrong("column '" + column.name() + "' has nulls in its lists");
        }
      }
      byte[] plain = bytes(announced, body, buffer + 1, rows * column.rowBytes());
      values.add(new ColumnBatch.Values(plain, validity));
      node++;
      buffer += 2;
    }
    return new ColumnBatch(announced.rows(), values);
  }

  private boolean hasNulls(Announced announced, int index, int length, Column column) {
    FieldNode node = announced.batch().nodes(index);
    if (node == null || node.length() != length) {
      throw wrong("column '" + column.name() + "' has not " + length + " values");
    }
    if (node.nullCount() != 0 && !column.nullable()) {
      throw wrong("column '" + column.name() + "' has nulls");
    }
    return node.nullCount() != 0;
  }

  private byte[] bytes(Announced announced, byte[] body, int index, int bytes) {
    Buffer buffer = announced.batch().buffers(index);
    boolean inside =
        buffer != null
            && buffer.offset() >= 0
            && buffer.length() >= 0
            && buffer.offset() <= body.length
            && buffer.length() <= body.length - buffer.offset();
    if (buffer == null || !inside) {
      throw wrong("buffer " + index + " lies outside of the batch");
    }
    int offset = (int) buffer.offset();
    int length = (int) buffer.length();
    if (announced.compressed()) {
      return BufferCodec.decompress(body, offset, length, bytes, where + ", buffer " + index);
    }
    if (length < bytes) {
      throw wrong("buffer " + index + " has " + length + " bytes instead of " + bytes);
    }
    return Arrays.copyOfRange(body, offset, offset + bytes);
  }

  private InvalidTraceException wrong(String problem) {
    return new InvalidTraceException(
        Diagnosis.of(problem, where).expecting("a record batch of the columns " + columns));
  }
}

package io.stagger.weights.arrow;

import com.google.flatbuffers.FlatBufferBuilder;
import io.stagger.weights.checkpoint.TensorSource;
import io.stagger.weights.io.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.RecordBatch;

/**
 * Writes an Arrow IPC file of tensors: a record batch of one row for each row, every tensor on a
 * page of its own. Holds no more than {@link TensorSource#CHUNK} of weights in memory.
 */
public final class TensorFileWriter {

  private static final int NONE = 0;
  private static final int METADATA_BYTES = 1_024;

  private final FileChannel channel;
  private final ChecksumPer scope;
  private final LongConsumer progress;
  private final Sha256 fileSum = new Sha256();
  private final Sha256 sum = new Sha256();
  private final List<String> sums = new ArrayList<>();
  private final List<BlockPlace> blocks = new ArrayList<>();
  private long position;

  private TensorFileWriter(FileChannel channel, ChecksumPer scope, LongConsumer progress) {
    this.channel = channel;
    this.scope = scope;
    this.progress = progress;
  }

  private record BlockPlace(long offset, int metadataBytes, long bodyBytes) {}

  /**
   * What was written.
   *
   * @param bytes the file's size
   * @param sha256 checksum of the file
   * @param sums checksums of the tensors, in the order of rows and columns
   */
  public record Written(long bytes, String sha256, List<String> sums) {}

  /**
   * Writes a file, over whatever is there, and forces it to the disk.
   *
   * @param rows for each row its tensors, in the order of the columns
   * @param scope what each checksum covers
   * @param progress is told how many bytes of tensors each step wrote
   */
  public static Written write(
      Path file,
      List<TensorColumn> columns,
      List<List<TensorSource>> rows,
      ChecksumPer scope,
      LongConsumer progress)
      throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      Written written = new TensorFileWriter(channel, scope, progress).write(columns, rows);
      channel.force(true);
      return written;
    }
  }

  private Written write(List<TensorColumn> columns, List<List<TensorSource>> rows)
      throws IOException {
    put(ByteBuffer.wrap(ArrowFormat.MAGIC));
    padTo(ArrowFormat.WORD);
    putMessage(schemaMessage(columns));
    for (List<TensorSource> row : rows) {
      putRow(columns, row);
      if (scope == ChecksumPer.ROW) {
        sums.add(sum.hex());
      }
    }
    putFooter(columns);
    return new Written(position, fileSum.hex(), List.copyOf(sums));
  }

  private void putRow(List<TensorColumn> columns, List<TensorSource> row) throws IOException {
    long start = position;
    int metadataBytes = putMessage(batchMessage(columns));
    long body = position;
    for (TensorSource tensor : row) {
      tensor.copyTo(this::putTensorBytes);
      padTo(ArrowFormat.PAGE);
      if (scope == ChecksumPer.TENSOR) {
        sums.add(sum.hex());
      }
    }
    blocks.add(new BlockPlace(start, metadataBytes, position - body));
  }

  private void putTensorBytes(ByteBuffer bytes) throws IOException {
    sum.add(bytes);
    progress.accept(bytes.remaining());
    put(bytes);
  }

  private static ByteBuffer schemaMessage(List<TensorColumn> columns) {
    FlatBufferBuilder builder = new FlatBufferBuilder(METADATA_BYTES);
    int schema = new SchemaWriter(builder).write(columns);
    return message(builder, MessageHeader.Schema, schema, 0);
  }

  private static ByteBuffer batchMessage(List<TensorColumn> columns) {
    FlatBufferBuilder builder = new FlatBufferBuilder(METADATA_BYTES);
    long[] offsets = new long[columns.size() + 1];
    for (int i = 0; i < columns.size(); i++) {
      offsets[i + 1] = ArrowFormat.align(offsets[i] + columns.get(i).bytes(), ArrowFormat.PAGE);
    }
    // Flatbuffers grow downwards: vectors are written from their last element to their first.
    RecordBatch.startNodesVector(builder, columns.size() * 2);
    for (TensorColumn column : columns.reversed()) {
      FieldNode.createFieldNode(builder, column.elements(), 0);
      FieldNode.createFieldNode(builder, 1, 0);
    }
    int nodes = builder.endVector();
    RecordBatch.startBuffersVector(builder, columns.size() * 3);
    for (int i = columns.size() - 1; i >= 0; i--) {
      Buffer.createBuffer(builder, offsets[i], columns.get(i).bytes());
      Buffer.createBuffer(builder, offsets[i], 0);
      Buffer.createBuffer(builder, offsets[i], 0);
    }
    int buffers = builder.endVector();
    int batch = RecordBatch.createRecordBatch(builder, 1, nodes, buffers, NONE, NONE);
    return message(builder, MessageHeader.RecordBatch, batch, offsets[columns.size()]);
  }

  private static ByteBuffer message(
      FlatBufferBuilder builder, byte headerType, int header, long bodyBytes) {
    builder.finish(
        Message.createMessage(builder, MetadataVersion.V5, headerType, header, bodyBytes, NONE));
    return builder.dataBuffer();
  }

  /**
   * Writes a message so that what follows begins on a page; returns its bytes, padding included.
   */
  private int putMessage(ByteBuffer metadata) throws IOException {
    long start = position;
    long end =
        ArrowFormat.align(start + ArrowFormat.PREFIX + metadata.remaining(), ArrowFormat.PAGE);
    putPrefix(Math.toIntExact(end - start - ArrowFormat.PREFIX));
    put(metadata);
    padTo(ArrowFormat.PAGE);
    return Math.toIntExact(position - start);
  }

  private void putPrefix(int length) throws IOException {
    put(littleEndian(ArrowFormat.PREFIX).putInt(ArrowFormat.CONTINUATION).putInt(length).flip());
  }

  private void putFooter(List<TensorColumn> columns) throws IOException {
    putPrefix(0);
    FlatBufferBuilder builder = new FlatBufferBuilder(METADATA_BYTES);
    int schema = new SchemaWriter(builder).write(columns);
    Footer.startDictionariesVector(builder, 0);
    int dictionaries = builder.endVector();
    Footer.startRecordBatchesVector(builder, blocks.size());
    for (BlockPlace block : blocks.reversed()) {
      Block.createBlock(builder, block.offset(), block.metadataBytes(), block.bodyBytes());
    }
    int batches = builder.endVector();
    builder.finish(
        Footer.createFooter(builder, MetadataVersion.V5, schema, dictionaries, batches, NONE));
    ByteBuffer footer = builder.dataBuffer();
    int length = footer.remaining();
    put(footer);
    put(littleEndian(Integer.BYTES).putInt(length).flip());
    put(ByteBuffer.wrap(ArrowFormat.MAGIC));
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void padTo(int alignment) throws IOException {
    int padding = (int) (ArrowFormat.align(position, alignment) - position);
    put(ByteBuffer.allocate(padding));
  }

  private void put(ByteBuffer bytes) throws IOException {
    fileSum.add(bytes);
    position += bytes.remaining();
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}

package io.stagger.engine.trace.arrow;

import static io.stagger.engine.trace.arrow.IpcFormat.BUFFER_ALIGNMENT;
import static io.stagger.engine.trace.arrow.IpcFormat.CONTINUATION;
import static io.stagger.engine.trace.arrow.IpcFormat.MAGIC;
import static io.stagger.engine.trace.arrow.IpcFormat.NONE;
import static io.stagger.engine.trace.arrow.IpcFormat.WORD;

import com.google.flatbuffers.FlatBufferBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;

/**
 * Writes Arrow's IPC format, its buffers compressed with zstd: a stream, or a file, which has magic
 * bytes around it and a footer that says where each batch lies. Holds one batch, and 24 bytes for
 * each that was written to a file. Not safe for use by several threads.
 */
public final class IpcWriter {

  private static final int METADATA_BYTES = 1_024;
  private static final byte[] ZEROS = new byte[BUFFER_ALIGNMENT];

  private final OutputStream out;
  private final boolean file;
  private final SchemaMessage schema;
  private final BatchMessage format;
  private final List<BlockPlace> blocks = new ArrayList<>();
  private long position;

  private record BlockPlace(long offset, int metadataBytes, long bodyBytes) {}

  /**
   * Writes the schema.
   *
   * @param out where to; stays open
   * @param file whether to write a file rather than a stream
   * @param metadata of the schema
   */
  public IpcWriter(
      OutputStream out, boolean file, List<Column> columns, Map<String, String> metadata)
      throws IOException {
    this.out = out;
    this.file = file;
    this.schema = new SchemaMessage(columns, metadata);
    this.format = new BatchMessage(schema.columns(), "trace");
    if (file) {
      put(MAGIC);
      pad(WORD);
    }
    FlatBufferBuilder builder = new FlatBufferBuilder(METADATA_BYTES);
    putMessage(message(builder, MessageHeader.Schema, schema.write(builder), 0));
  }

  /** Writes a batch, whose columns are those of the schema. */
  public void write(ColumnBatch batch) throws IOException {
    List<byte[]> buffers = compressed(batch);
    long bodyBytes = BatchMessage.bodyBytes(buffers);
    FlatBufferBuilder builder = new FlatBufferBuilder(METADATA_BYTES);
    int header = format.write(builder, batch, buffers);
    long start = position;
    int metadataBytes = putMessage(message(builder, MessageHeader.RecordBatch, header, bodyBytes));
    long body = position;
    for (byte[] buffer : buffers) {
      put(buffer);
      // Relative to the body, whose start is aligned to a word alone.
      put(ZEROS, (int) (IpcFormat.align(position - body, BUFFER_ALIGNMENT) - (position - body)));
    }
    if (file) {
      blocks.add(new BlockPlace(start, metadataBytes, bodyBytes));
    }
  }

  private List<byte[]> compressed(ColumnBatch batch) {
    try {
      return format.buffers(batch);
    } catch (LinkageError e) {
      throw ZstdLibrary.missing("trace", e);
    }
  }

  /** Writes the end, and for a file the footer; nothing may be written after that. */
  public void finish() throws IOException {
    putPrefix(0);
    if (file) {
      byte[] footer = footer();
      put(footer);
      put(littleEndian(Integer.BYTES).putInt(footer.length).array());
      put(MAGIC);
    }
  }

  private byte[] footer() {
    FlatBufferBuilder builder = new FlatBufferBuilder(METADATA_BYTES);
    int schemaOffset = schema.write(builder);
    Footer.startDictionariesVector(builder, 0);
    int dictionaries = builder.endVector();
    Footer.startRecordBatchesVector(builder, blocks.size());
    for (BlockPlace block : blocks.reversed()) {
      Block.createBlock(builder, block.offset(), block.metadataBytes(), block.bodyBytes());
    }
    int batches = builder.endVector();
    builder.finish(
        Footer.createFooter(
            builder, MetadataVersion.V5, schemaOffset, dictionaries, batches, NONE));
    return builder.sizedByteArray();
  }

  private static byte[] message(
      FlatBufferBuilder builder, byte headerType, int header, long bodyBytes) {
    builder.finish(
        Message.createMessage(builder, MetadataVersion.V5, headerType, header, bodyBytes, NONE));
    return builder.sizedByteArray();
  }

  /** Writes a message so that what follows is aligned; returns its bytes, padding included. */
  private int putMessage(byte[] metadata) throws IOException {
    long start = position;
    long end = IpcFormat.align(start + WORD + metadata.length, WORD);
    putPrefix((int) (end - start - WORD));
    put(metadata);
    pad(WORD);
    return (int) (position - start);
  }

  private void putPrefix(int length) throws IOException {
    put(littleEndian(WORD).putInt(CONTINUATION).putInt(length).array());
  }

  private void pad(int alignment) throws IOException {
    put(ZEROS, (int) (IpcFormat.align(position, alignment) - position));
  }

  private void put(byte[] bytes) throws IOException {
    put(bytes, bytes.length);
  }

  private void put(byte[] bytes, int length) throws IOException {
    out.write(bytes, 0, length);
    position += length;
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}

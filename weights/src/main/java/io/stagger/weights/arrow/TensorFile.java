package io.stagger.weights.arrow;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.WeightStoreException;
import io.stagger.api.weights.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.RecordBatch;
import org.jspecify.annotations.Nullable;

/**
 * A mapped Arrow IPC file of tensors. A tensor is a slice of the mapping: nothing is copied, and a
 * row's pages are not touched before its tensors are. Every offset is checked before it is used.
 * Readable from any thread for as long as its arena lives.
 */
public final class TensorFile {

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Magic and padding in front; end of stream, footer length and magic behind. */
  private static final int HEAD = 8;

  private static final int TAIL = Integer.BYTES + 6;
  private static final int MAX_METADATA = 256 << 20;

  private final String where;
  private final MemorySegment file;
  private final long footerStart;
  private final List<TensorColumn> columns;
  private final List<BlockPlace> blocks;

  private record BlockPlace(long offset, int metadataBytes, long bodyBytes) {}

  private TensorFile(String where, MemorySegment file) {
    this.where = where;
    this.file = file;
    this.footerStart = footerStart();
    Footer footer =
        Footer.getRootAsFooter(metadata(footerStart, file.byteSize() - TAIL - footerStart));
    if (footer.version() != MetadataVersion.V5 || footer.dictionariesLength() != 0) {
      throw damaged("metadata version " + footer.version() + ", or dictionaries");
    }
    this.columns = new SchemaReader(where).read(footer.schema());
    this.blocks = readBlocks(footer);
  }

  /**
   * Maps a file and reads its footer.
   *
   * @param arena keeps the mapping alive
   * @throws WeightStoreException if it is missing, cut off, damaged, or no file of tensors
   */
  public static TensorFile open(Path path, Arena arena) {
    String where = path.toString();
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      return guarded(where, () -> new TensorFile(where, file));
    } catch (NoSuchFileException e) {
      throw new WeightStoreException(Diagnosis.of("no such file", where), e);
    } catch (IOException e) {
      throw new WeightStoreException(Diagnosis.of("cannot be mapped: " + e.getMessage(), where), e);
    }
  }

  /** The columns, in order. */
  public List<TensorColumn> columns() {
    return columns;
  }

  /** How many rows there are. */
  public int rows() {
    return blocks.size();
  }

  /**
   * The tensors of a row, in the order of the columns: slices of the mapping.
   *
   * @throws WeightStoreException if the row's metadata is damaged
   */
  public List<Tensor> row(int row) {
    BlockPlace block = blocks.get(row);
    return guarded(where + ", record batch " + row, () -> tensors(block));
  }

  private long footerStart() {
    long size = file.byteSize();
    if (size < HEAD + TAIL || !isMagic(0) || !isMagic(size - ArrowFormat.MAGIC.length)) {
      throw damaged("no Arrow file, or cut off");
    }
    int length = file.get(INT, size - TAIL);
    if (length <= 0 || length > size - TAIL - HEAD || length > MAX_METADATA) {
      throw damaged("a footer of " + length + " bytes in a file of " + size);
    }
    return size - TAIL - length;
  }

  private boolean isMagic(long at) {
    MemorySegment magic = MemorySegment.ofArray(ArrowFormat.MAGIC);
    return file.asSlice(at, magic.byteSize()).mismatch(magic) < 0;
  }

  private List<BlockPlace> readBlocks(Footer footer) {
    List<BlockPlace> places = new ArrayList<>();
    for (int i = 0; i < footer.recordBatchesLength(); i++) {
      Block block = footer.recordBatches(i);
      if (block == null || !isInside(block)) {
        throw damaged("record batch " + i + " lies outside of the file");
      }
      places.add(new BlockPlace(block.offset(), block.metaDataLength(), block.bodyLength()));
    }
    return List.copyOf(places);
  }

  private boolean isInside(Block block) {
    long offset = block.offset();
    int metadataBytes = block.metaDataLength();
    return offset >= HEAD
        && offset <= footerStart
        && metadataBytes > ArrowFormat.PREFIX
        && metadataBytes <= footerStart - offset
        && block.bodyLength() >= 0
        && block.bodyLength() <= footerStart - offset - metadataBytes;
  }

  private List<Tensor> tensors(BlockPlace block) {
    if (file.get(INT, block.offset()) != ArrowFormat.CONTINUATION) {
      throw damaged("no message at byte " + block.offset());
    }
    Message message =
        Message.getRootAsMessage(
            metadata(
                block.offset() + ArrowFormat.PREFIX, block.metadataBytes() - ArrowFormat.PREFIX));
    RecordBatch batch = new RecordBatch();
    if (message.headerType() != MessageHeader.RecordBatch
        || message.header(batch) == null
        || message.bodyLength() != block.bodyBytes()) {
      throw damaged("no record batch of " + block.bodyBytes() + " bytes");
    }
    if (batch.compression() != null) {
      throw new WeightStoreException(
          Diagnosis.of("the record batch is compressed", where)
              .expecting("plain buffers, for weights are mapped and never copied"));
    }
    boolean oneRow =
        batch.length() == 1
            && batch.nodesLength() == columns.size() * 2
            && batch.buffersLength() == columns.size() * 3;
    if (!oneRow) {
      throw damaged("a record batch that is not one row of " + columns.size() + " tensors");
    }
    long bodyStart = block.offset() + block.metadataBytes();
    MemorySegment body = file.asSlice(bodyStart, block.bodyBytes());
    List<Tensor> tensors = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      requireNode(batch.nodes(2 * i), 1);
      requireNode(batch.nodes(2 * i + 1), columns.get(i).elements());
      tensors.add(tensor(columns.get(i), batch.buffers(3 * i + 2), body, bodyStart));
    }
    return List.copyOf(tensors);
  }

  private void requireNode(@Nullable FieldNode node, long length) {
    if (node == null || node.length() != length || node.nullCount() != 0) {
      throw damaged("a column that is not one tensor without nulls");
    }
  }

  private Tensor tensor(
      TensorColumn column, @Nullable Buffer buffer, MemorySegment body, long bodyStart) {
    long bytes = column.bytes();
    boolean inside =
        buffer != null
            && buffer.offset() >= 0
            && buffer.offset() <= body.byteSize()
            && buffer.length() >= bytes
            && buffer.length() <= body.byteSize() - buffer.offset();
    if (buffer == null || !inside || (bodyStart + buffer.offset()) % ArrowFormat.PAGE != 0) {
      throw damaged("tensor '" + column.name() + "' is not " + bytes + " bytes on its own page");
    }
    return new Tensor(body.asSlice(buffer.offset(), bytes), column.type(), column.shape());
  }

  private ByteBuffer metadata(long offset, long bytes) {
    return file.asSlice(offset, bytes).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Flatbuffers check no offset of their own; the buffer's bounds do, in their own words. */
  private static <T> T guarded(String where, Supplier<T> reading) {
    try {
      return reading.get();
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw new WeightStoreException(damage("metadata points outside of itself", where), e);
    }
  }

  private WeightStoreException damaged(String problem) {
    return new WeightStoreException(damage(problem, where));
  }

  private static Diagnosis damage(String problem, String where) {
    return Diagnosis.of(problem, where)
        .expecting("an Arrow file as 'stagger convert' writes it")
        .remedy("Convert the checkpoint again");
  }
}

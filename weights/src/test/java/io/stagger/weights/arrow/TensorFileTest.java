package io.stagger.weights.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import com.google.flatbuffers.FlatBufferBuilder;
import io.stagger.api.error.StaggerException;
import io.stagger.api.error.WeightStoreException;
import io.stagger.api.weights.Tensor;
import io.stagger.api.weights.TensorType;
import io.stagger.weights.checkpoint.TensorSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.apache.arrow.flatbuf.BodyCompression;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorFileTest {

  private static final int ROWS = 3;

  @TempDir Path temp;
  private final Arena arena = Arena.ofConfined();
  private final List<List<TensorSource>> rows = new ArrayList<>();
  private Path file;
  private TensorFileWriter.Written written;

  @BeforeEach
  void writeAFile() throws IOException {
    file = temp.resolve("tensors.arrow");
    SplittableRandom random = new SplittableRandom(1);
    for (int row = 0; row < ROWS; row++) {
      rows.add(
          List.of(
              source("wide", TensorType.F32, random, 33, 40),
              source("half", TensorType.F16, random, 7),
              source("brain", TensorType.BF16, random, 2, 3, 5)));
    }
    List<TensorColumn> columns =
        rows.getFirst().stream()
            .map(source -> new TensorColumn(source.name(), source.type(), source.shape()))
            .toList();
    written = TensorFileWriter.write(file, columns, rows, ChecksumPer.TENSOR, bytes -> {});
  }

  @AfterEach
  void unmap() {
    arena.close();
  }

  private static TensorSource source(
      String name, TensorType type, SplittableRandom random, long... shape) {
    long bytes = type.bytes() * Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    byte[] content = new byte[(int) bytes];
    random.nextBytes(content);
    return new TensorSource.Contiguous(
        name, type, Arrays.stream(shape).boxed().toList(), MemorySegment.ofArray(content));
  }

  private static byte[] bytes(TensorSource source) {
    return ((TensorSource.Contiguous) source).data().toArray(ValueLayout.JAVA_BYTE);
  }

  @Test
  void everyTensorComesBackAsItWasWritten() {
    TensorFile read = TensorFile.open(file, arena);
    assertThat(read.rows()).isEqualTo(ROWS);
    for (int row = 0; row < ROWS; row++) {
      List<Tensor> tensors = read.row(row);
      for (int column = 0; column < 3; column++) {
        TensorSource source = rows.get(row).get(column);
        assertThat(tensors.get(column).type()).isEqualTo(source.type());
        assertThat(tensors.get(column).shape()).isEqualTo(source.shape());
        assertThat(tensors.get(column).data().toArray(ValueLayout.JAVA_BYTE))
            .isEqualTo(bytes(source));
      }
    }
  }

  @Test
  void everyTensorBeginsOnAPage() {
    TensorFile read = TensorFile.open(file, arena);
    for (int row = 0; row < ROWS; row++) {
      assertThat(read.row(row)).allMatch(tensor -> tensor.data().address() % 4_096 == 0);
    }
  }

  @Test
  void tensorsAreReadOnly() {
    MemorySegment data = TensorFile.open(file, arena).row(0).getFirst().data();
    assertThat(data.isReadOnly()).isTrue();
  }

  @Test
  void theFilesChecksumAndSizeAreThoseOfTheFile() throws Exception {
    byte[] bytes = Files.readAllBytes(file);
    assertThat(written.bytes()).isEqualTo(bytes.length);
    assertThat(written.sha256())
        .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
    assertThat(written.sums()).hasSize(ROWS * 3).doesNotHaveDuplicates();
  }

  @Test
  void aFileCutAnywhereIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(file);
    TreeSet<Integer> lengths = new TreeSet<>(List.of(0, 1, 7, 8, 9, 17, 18));
    SplittableRandom random = new SplittableRandom(2);
    for (int page = 4_096; page < whole.length; page += 4_096) {
      lengths.addAll(List.of(page - 1, page, page + 1, page + 8));
    }
    for (int i = 0; i < 200; i++) {
      lengths.add(random.nextInt(whole.length));
    }
    for (int back = 1; back < 1_200 && back < whole.length; back++) {
      lengths.add(whole.length - back);
    }
    for (int length : lengths) {
      assertThatThrownBy(() -> read(Arrays.copyOf(whole, length)))
          .as("cut at %d", length)
          .isInstanceOf(WeightStoreException.class)
          .hasMessageContaining("changed.arrow");
    }
  }

  /** Whatever happens to the metadata, reading gives our error, or tensors inside of the file. */
  @Test
  @Tag("fuzz")
  void mutatedMetadataIsRefusedOrSound() throws IOException {
    byte[] whole = Files.readAllBytes(file);
    List<int[]> metadata = metadataRanges(whole);
    int inputs = Integer.getInteger("io.stagger.fuzz.inputs", 3_000);
    for (long seed = 0; seed < inputs; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      byte[] mutated = whole.clone();
      for (int change = random.nextInt(1, 4); change > 0; change--) {
        int[] range = metadata.get(random.nextInt(metadata.size()));
        int at = random.nextInt(range[0], range[1]);
        mutate(mutated, at, random);
      }
      try {
        read(mutated);
      } catch (StaggerException refused) {
        assertThat(refused.diagnosis().problem()).isNotBlank();
      } catch (RuntimeException e) {
        fail("seed " + seed, e);
      }
    }
  }

  private static void mutate(byte[] bytes, int at, SplittableRandom random) {
    int[] hostile = {0, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 1 << 24, random.nextInt()};
    if (random.nextBoolean() && at + 4 <= bytes.length) {
      ByteBuffer.wrap(bytes)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putInt(at, hostile[random.nextInt(hostile.length)]);
    } else {
      bytes[at] = (byte) random.nextInt();
    }
  }

  private static List<int[]> metadataRanges(byte[] whole) {
    ByteBuffer file = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
    int footer = file.getInt(whole.length - 10);
    List<int[]> ranges = new ArrayList<>();
    ranges.add(new int[] {whole.length - 10 - footer, whole.length});
    for (int page = 4_096; page < whole.length - 4_096; page += 4_096) {
      if (file.getInt(page) == -1 && file.getInt(page + 4) == 4_088) {
        ranges.add(new int[] {page, page + 512});
      }
    }
    assertThat(ranges).hasSize(1 + ROWS);
    return ranges;
  }

  private void read(byte[] content) {
    Path changed = temp.resolve("changed.arrow");
    try (Arena own = Arena.ofConfined()) {
      Files.write(changed, content);
      TensorFile read = TensorFile.open(changed, own);
      for (int row = 0; row < read.rows(); row++) {
        for (Tensor tensor : read.row(row)) {
          tensor.get(tensor.elements() - 1);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aCompressedBatchIsRefusedWithTheReason() throws IOException {
    byte[] whole = Files.readAllBytes(file);
    ByteBuffer message = compressedMessage();
    // The metadata of the first batch has a page of its own, so a longer one fits in its place.
    message.get(whole, 4_096 + 8, message.remaining());
    assertThatThrownBy(() -> read(whole))
        .isInstanceOf(WeightStoreException.class)
        .hasMessageContaining("compressed")
        .hasMessageContaining("mapped and never copied");
  }

  private ByteBuffer compressedMessage() throws IOException {
    ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(this.file)).order(ByteOrder.LITTLE_ENDIAN);
    Message original =
        Message.getRootAsMessage(file.slice(4_096 + 8, 4_088).order(ByteOrder.LITTLE_ENDIAN));
    FlatBufferBuilder builder = new FlatBufferBuilder();
    int compression = BodyCompression.createBodyCompression(builder, (byte) 0, (byte) 0);
    int batch = RecordBatch.createRecordBatch(builder, 1, 0, 0, compression, 0);
    builder.finish(
        Message.createMessage(
            builder,
            original.version(),
            MessageHeader.RecordBatch,
            batch,
            original.bodyLength(),
            0));
    return builder.dataBuffer();
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatThrownBy(() -> TensorFile.open(temp.resolve("none.arrow"), arena))
        .isInstanceOf(WeightStoreException.class)
        .hasMessageContaining("none.arrow: no such file");
  }

  @Test
  void aTensorTooBigForArrowIsRefused() {
    assertThatThrownBy(() -> new TensorColumn("big", TensorType.F32, List.of(65_536L, 65_536L)))
        .isInstanceOf(WeightStoreException.class)
        .hasMessageContaining("tensor big");
  }
}

package io.stagger.engine.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stagger.api.ModelShape;
import io.stagger.api.error.InvalidTraceException;
import io.stagger.engine.trace.arrow.Column;
import io.stagger.engine.trace.arrow.ColumnBatch;
import io.stagger.engine.trace.arrow.ElementType;
import io.stagger.engine.trace.arrow.IpcWriter;
import io.stagger.testkit.Damage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a reader says of files that are no traces, or no longer. */
class TraceDamageTest {

  private static final TraceHeader HEADER = TraceHeader.of(ModelShape.of(2, 8, 2, 1, 1));

  private static final String METADATA =
      "{\"version\":1,\"model\":{\"name\":\"m\",\"layers\":[0,1],\"experts\":8,\"topK\":2}}";

  @Test
  void anythingButArrowIsRefused() {
    refuses("seq,pos,expert\n1,2,3\n".getBytes(java.nio.charset.StandardCharsets.UTF_8))
        .withMessageContaining("no message of an Arrow stream at byte 0");
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatExceptionOfType(InvalidTraceException.class)
        .isThrownBy(() -> TraceReader.open(Path.of("none.arrow")))
        .withMessageContaining("none.arrow: cannot be read: no such file");
  }

  @Test
  void aCutOffTraceSaysHowMuchIsWhole() {
    byte[] whole = Traces.stream(HEADER, Traces.tokens(HEADER, 100, 1));
    refuses(Arrays.copyOf(whole, whole.length - 8))
        .withMessageContaining("cut off after 1 whole record batches");
    refuses(Arrays.copyOf(whole, whole.length - 100))
        .withMessageContaining("cut off after 0 whole record batches");
  }

  @Test
  void anExpertThatTheModelLacksIsPlaced() throws IOException {
    refuses(trace(METADATA, columns(), 3, new byte[] {0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 8}))
        .withMessageContaining(
            "test.arrow, record batch 0, token 2, layer 1, choice 1: expert 8; expected 0 to 7");
  }

  @Test
  void aTraceOfALaterVersionIsRefused() throws IOException {
    refuses(trace(METADATA.replace("\"version\":1", "\"version\":2"), columns(), 0, new byte[0]))
        .withMessageContaining("wrong value of 'version'; expected 1");
  }

  @Test
  void aModelThatContradictsItselfIsRefused() throws IOException {
    refuses(trace(METADATA.replace("\"topK\":2", "\"topK\":9"), columns(), 0, new byte[0]))
        .withMessageContaining("test.arrow, metadata stagger.trace, model: top-k 9");
  }

  @Test
  void listsOfAnotherLengthAreRefused() throws IOException {
    List<Column> columns = columns();
    columns.set(3, Column.ofLists("experts", ElementType.UINT8, 3));
    refuses(trace(METADATA, columns, 0, new byte[0]))
        .withMessageContaining("experts: fixed-size list of 3 uint8; expected")
        .withMessageContaining("list of 4 uint8");
  }

  @Test
  void anUnknownColumnIsNamed() throws IOException {
    List<Column> columns = columns();
    columns.add(Column.of("prompt", ElementType.INT32));
    refuses(trace(METADATA, columns, 0, new byte[0]))
        .withMessageContaining("an unknown column 'prompt'");
  }

  @Test
  void aMissingColumnIsNamed() throws IOException {
    List<Column> columns = columns();
    columns.remove(1);
    refuses(trace(METADATA, columns, 0, new byte[0])).withMessageContaining("no column 'position'");
  }

  @Test
  void wideNumbersOfFewExpertsAreRead() throws IOException {
    List<Column> columns = columns();
    columns.set(3, Column.ofLists("experts", ElementType.UINT16, 4));
    byte[] trace = trace(METADATA, columns, 1, new byte[] {7, 0, 1, 0, 2, 0, 3, 0});
    assertThat(Traces.all(Traces.reader(trace)).getFirst().experts())
        .containsExactly((char) 7, (char) 1, (char) 2, (char) 3);
  }

  /** Text as bytes of all kinds, and single bits: read, or refused with an error of ours. */
  @Test
  @Tag("fuzz")
  void damagedTracesAreReadOrRefused() {
    int inputs = Integer.getInteger("io.stagger.fuzz.inputs", 10_000);
    TraceHeader header = HEADER.withDatasets(List.of("a", "b")).withWeights();
    byte[] whole = Traces.stream(header, Traces.tokens(header, 20, 1));
    int read = 0;
    for (long seed = 0; seed < inputs; seed++) {
      byte[] bad = seed % 2 == 0 ? Damage.to(whole, seed) : flip(whole, seed);
      try {
        Traces.all(Traces.reader(bad));
        read++;
      } catch (InvalidTraceException e) {
        assertThat(e.getMessage()).as("seed %d", seed).startsWith("test.arrow");
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
    assertThat(read).as("inputs that could still be read").isBetween(1, inputs - 1);
  }

  private static byte[] flip(byte[] whole, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] bad = whole.clone();
    for (int i = random.nextInt(4); i >= 0; i--) {
      bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return bad;
  }

  private static List<Column> columns() {
    return new ArrayList<>(
        List.of(
            Column.of("sequence", ElementType.INT32),
            Column.of("position", ElementType.INT32),
            Column.of("phase", ElementType.UINT8),
            Column.ofLists("experts", ElementType.UINT8, 4)));
  }

  private static byte[] trace(String metadata, List<Column> columns, int rows, byte[] experts)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    IpcWriter writer = new IpcWriter(out, false, columns, Map.of("stagger.trace", metadata));
    if (rows > 0) {
      writer.write(
          new ColumnBatch(
              rows,
              List.of(
                  new ColumnBatch.Values(new byte[rows * 4]),
                  new ColumnBatch.Values(new byte[rows * 4]),
                  new ColumnBatch.Values(new byte[rows]),
                  new ColumnBatch.Values(experts))));
    }
    writer.finish();
    return out.toByteArray();
  }

  private static org.assertj.core.api.ThrowableAssertAlternative<InvalidTraceException> refuses(
      byte[] bytes) {
    return assertThatExceptionOfType(InvalidTraceException.class)
        .isThrownBy(() -> Traces.all(Traces.reader(bytes)));
  }
}

package io.stagger.engine.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stagger.api.ModelShape;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.error.InvalidTraceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TraceRoundTripTest {

  private static final ModelShape SMALL = new ModelShape("small", List.of(1, 2, 5), 16, 4, 4, 2);

  private static final TraceHeader HEADER = TraceHeader.of(SMALL);

  @TempDir Path folder;

  static Stream<TraceHeader> headers() {
    return Stream.of(
        HEADER,
        HEADER.withWeights(),
        HEADER.withDatasets(List.of("drama", "\u8a69")),
        TraceHeader.of(ModelShape.of(1, 1, 1, 1, 1)),
        TraceHeader.of(ModelShape.of(2, 256, 8, 8, 4)),
        TraceHeader.of(ModelShape.of(2, 257, 8, 1, 1)).withWeights(),
        TraceHeader.of(ModelShape.of(1, 65_536, 3, 1, 1)).withDatasets(List.of("one")));
  }

  @ParameterizedTest
  @MethodSource("headers")
  void aFileGivesBackItsTokens(TraceHeader header) throws IOException {
    List<TraceToken> tokens = Traces.tokens(header, 1_000, 7);
    Path file = write(header, tokens);
    try (TraceReader reader = TraceReader.open(file)) {
      assertThat(reader.header()).isEqualTo(header);
      assertThat(reader.size()).isEqualTo(Files.size(file));
      assertThat(Traces.all(reader)).isEqualTo(tokens);
      assertThat(reader.tokens()).isEqualTo(1_000);
    }
  }

  @ParameterizedTest
  @MethodSource("headers")
  void aStreamGivesBackItsTokens(TraceHeader header) {
    List<TraceToken> tokens = Traces.tokens(header, 1_000, 8);
    try (TraceReader reader = Traces.reader(Traces.stream(header, tokens))) {
      assertThat(reader.header()).isEqualTo(header);
      assertThat(Traces.all(reader)).isEqualTo(tokens);
    }
  }

  @Test
  void aTraceOfNoTokensIsATrace() {
    assertThat(Traces.all(Traces.reader(Traces.stream(HEADER, List.of())))).isEmpty();
  }

  @Test
  void manyTokensComeInSeveralBatchesThatAreNumberedThrough() {
    TraceHeader wide = TraceHeader.of(ModelShape.of(64, 256, 8, 1, 1));
    List<TraceToken> tokens = Traces.tokens(wide, 20_000, 9);
    try (TraceReader reader = Traces.reader(Traces.stream(wide, tokens))) {
      TraceBatch first = reader.next().orElseThrow();
      TraceBatch second = reader.next().orElseThrow();
      assertThat(second.firstToken()).isEqualTo(first.tokens());
      assertThat(first.token(5)).isEqualTo(tokens.get(5));
      assertThat(second.token(5)).isEqualTo(tokens.get(first.tokens() + 5));
      assertThat(second.expert(5, 63, 7))
          .isEqualTo(tokens.get(first.tokens() + 5).experts()[63 * 8 + 7]);
      assertThat(reader.next()).isPresent();
      assertThat(reader.next()).isEmpty();
      assertThat(reader.next()).isEmpty();
    }
  }

  @Test
  void theSameTokensMakeTheSameBytes() throws IOException {
    List<TraceToken> tokens = Traces.tokens(HEADER, 500, 10);
    byte[] once = Files.readAllBytes(write(HEADER, tokens));
    assertThat(Files.readAllBytes(write(HEADER, tokens))).isEqualTo(once);
  }

  @Test
  void anUnfinishedTraceLeavesTheTargetAlone() throws IOException {
    Path file = Files.writeString(folder.resolve("trace.arrow"), "before");
    try (TraceWriter writer = TraceWriter.create(file, HEADER)) {
      Traces.tokens(HEADER, 10, 1).forEach(writer::add);
    }
    assertThat(file).hasContent("before");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void aFolderThatIsMissingIsNamed() {
    Path file = folder.resolve("none/trace.arrow");
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> TraceWriter.create(file, HEADER))
        .withMessageContaining(file.toString());
  }

  @Test
  void aFinishedTraceTakesNoMoreTokens() {
    try (TraceWriter writer = TraceWriter.create(folder.resolve("t.arrow"), HEADER)) {
      writer.finish();
      assertThatExceptionOfType(IllegalStateException.class)
          .isThrownBy(() -> writer.add(Traces.tokens(HEADER, 1, 1).getFirst()));
    }
  }

  @Test
  void aWriterNamesTheLayerOfAnExpertThatTheModelLacks() {
    char[] experts = new char[] {0, 1, 2, 3, 4, 5, 16, 7, 8, 9, 10, 11};
    refuses(experts, "token 0: layer 1, choice 2 is expert 16; expected experts 0 to 15");
  }

  @Test
  void aWriterNamesTheLayerOfAnExpertThatWasChosenTwice() {
    char[] experts = new char[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 8};
    refuses(experts, "layer 2, choice 3 is expert 8 again");
  }

  @Test
  void aWriterRefusesATokenOfAnotherLength() {
    refuses(new char[] {1, 2}, "2 experts and 0 weights; expected 12 and 0");
  }

  private static void refuses(char[] experts, String message) {
    try (TraceWriter writer =
        TraceWriter.stream(java.io.OutputStream.nullOutputStream(), "test", HEADER)) {
      assertThatExceptionOfType(InvalidTraceException.class)
          .isThrownBy(() -> writer.add(TraceToken.of(0, 0, Phase.DECODE, experts)))
          .withMessageContaining(message);
    }
  }

  private Path write(TraceHeader header, List<TraceToken> tokens) {
    Path file = folder.resolve("trace.arrow");
    try (TraceWriter writer = TraceWriter.create(file, header)) {
      tokens.forEach(writer::add);
      assertThat(writer.tokens()).isEqualTo(tokens.size());
      writer.finish();
    }
    return file;
  }
}

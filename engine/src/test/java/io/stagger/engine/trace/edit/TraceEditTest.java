package io.stagger.engine.trace.edit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stagger.api.ModelShape;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.error.InvalidTraceException;
import io.stagger.engine.trace.Phase;
import io.stagger.engine.trace.TraceHeader;
import io.stagger.engine.trace.TraceReader;
import io.stagger.engine.trace.TraceToken;
import io.stagger.engine.trace.TraceWriter;
import io.stagger.engine.trace.Traces;
import io.stagger.engine.trace.edit.TraceCut.Range;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceEditTest {

  private static final TraceHeader HEADER =
      TraceHeader.of(ModelShape.of(2, 12, 3, 1, 1)).withDatasets(List.of("a", "b")).withWeights();

  private static final List<TraceToken> TOKENS = Traces.tokens(HEADER, 400, 11);

  @TempDir Path folder;

  @Test
  void everythingIsTheTraceItself() {
    assertThat(cut(TraceCut.all())).isEqualTo(TOKENS);
  }

  @Test
  void evenAndOddSequencesAreTheWhole() {
    List<TraceToken> even = cut(every(2, 0));
    List<TraceToken> odd = cut(every(2, 1));
    assertThat(even).isNotEmpty().allMatch(token -> token.sequence() % 2 == 0);
    assertThat(odd).isNotEmpty().allMatch(token -> token.sequence() % 2 == 1);
    assertThat(even.size() + odd.size()).isEqualTo(400);
  }

  @Test
  void conditionsAreAllMet() {
    TraceCut cut =
        new TraceCut(
            new Range(10, 300),
            new Range(2, 30),
            3,
            1,
            Optional.of(Phase.DECODE),
            Optional.of("b"));
    List<TraceToken> expected =
        IntStream.range(10, 300)
            .mapToObj(TOKENS::get)
            .filter(token -> token.sequence() >= 2 && token.sequence() < 30)
            .filter(token -> token.sequence() % 3 == 1)
            .filter(token -> token.phase() == Phase.DECODE && token.dataset() == 1)
            .toList();
    assertThat(cut(cut)).isNotEmpty().isEqualTo(expected);
  }

  @Test
  void anUnknownDatasetListsTheKnownOnes() {
    TraceCut cut = new TraceCut(Range.ALL, Range.ALL, 1, 0, Optional.empty(), Optional.of("c"));
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> cut(cut))
        .withMessageContaining("no dataset 'c'; expected one of a, b");
  }

  @Test
  void aRemainderThatIsNoneIsRefused() {
    assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> every(2, 2));
  }

  @Test
  void joinedTracesAreNumberedThrough() {
    Path first = write("first", HEADER, TOKENS.subList(0, 100));
    Path second = write("second", HEADER, TOKENS.subList(0, 50));
    List<TraceToken> joined = merge(List.of(first, second));
    assertThat(joined.subList(0, 100)).isEqualTo(TOKENS.subList(0, 100));
    assertThat(joined.get(100)).isEqualTo(TOKENS.getFirst().withSequence(13));
    assertThat(joined.get(149)).isEqualTo(TOKENS.get(49).withSequence(13 + 6));
  }

  @Test
  void joinedTracesKeepTheNamesOfTheirTagsAndOnlyCommonWeights() {
    TraceHeader other = TraceHeader.of(HEADER.model()).withDatasets(List.of("b", "c"));
    TraceToken token =
        TraceToken.of(0, 0, Phase.PREFILL, new char[] {0, 1, 2, 3, 4, 5}).withDataset(0);
    Path first = write("first", HEADER, TOKENS.subList(0, 10));
    Path second = write("second", other, List.of(token, token.withDataset(1)));
    List<TraceToken> joined = merge(List.of(first, second));
    assertThat(joined.get(10).dataset()).isEqualTo(1);
    assertThat(joined.get(11).dataset()).isEqualTo(2);
    assertThat(joined.getFirst()).isEqualTo(TOKENS.getFirst().withoutWeights());
  }

  @Test
  void tracesOfDifferentModelsAreNotJoined() {
    TraceHeader other = TraceHeader.of(ModelShape.of(2, 13, 3, 1, 1));
    Path first = write("first", HEADER, List.of());
    Path second = write("second", other, List.of());
    assertThatExceptionOfType(InvalidTraceException.class)
        .isThrownBy(() -> TraceMerge.of(List.of(first, second)))
        .withMessageContaining("second: another model");
  }

  private static TraceCut every(int every, int remainder) {
    return new TraceCut(Range.ALL, Range.ALL, every, remainder, Optional.empty(), Optional.empty());
  }

  private List<TraceToken> cut(TraceCut cut) {
    Path target = folder.resolve("cut.arrow");
    try (TraceReader reader = Traces.reader(Traces.stream(HEADER, TOKENS));
        TraceWriter writer = TraceWriter.create(target, reader.header())) {
      cut.copy(reader, writer, _ -> {});
      writer.finish();
    }
    return read(target);
  }

  private List<TraceToken> merge(List<Path> files) {
    TraceMerge merge = TraceMerge.of(files);
    Path target = folder.resolve("merged.arrow");
    try (TraceWriter writer = TraceWriter.create(target, merge.header())) {
      merge.write(writer, _ -> {});
      writer.finish();
    }
    return read(target);
  }

  private Path write(String name, TraceHeader header, List<TraceToken> tokens) {
    Path file = folder.resolve(name);
    try (TraceWriter writer = TraceWriter.create(file, header)) {
      tokens.forEach(writer::add);
      writer.finish();
    }
    return file;
  }

  private static List<TraceToken> read(Path file) {
    try (TraceReader reader = TraceReader.open(file)) {
      return Traces.all(reader);
    }
  }
}

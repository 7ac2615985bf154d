package io.stagger.engine.trace.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stagger.api.ModelShape;
import io.stagger.api.error.InvalidInputException;
import io.stagger.engine.trace.Phase;
import io.stagger.engine.trace.TraceHeader;
import io.stagger.engine.trace.TraceReader;
import io.stagger.engine.trace.TraceToken;
import io.stagger.engine.trace.Traces;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The sum of the parts is what is counted of the whole. */
class PartCountsTest {

  private static final ModelShape MODEL = new ModelShape("m", List.of(1, 2, 3), 16, 4, 8, 4);
  private static final StatisticsSpec SPEC = StatisticsSpec.everything().withThreads(1);

  static Stream<StatisticsSpec> specs() {
    return Stream.of(
        SPEC,
        SPEC.withWindowTokens(100),
        SPEC.withWindowTokens(1),
        SPEC.withDecodeBatch(1),
        SPEC.withDecodeBatch(7),
        SPEC.withDecodeBatch(4_000),
        SPEC.withSample(0),
        SPEC.withSample(50),
        SPEC.withoutPairs());
  }

  @ParameterizedTest
  @MethodSource("specs")
  void areTheStatisticsOfTheWhole(StatisticsSpec spec) throws Exception {
    SplittableRandom random = new SplittableRandom(3);
    for (int tokens : new int[] {1, 700, 31 * 256 + 5}) {
      List<TraceToken> all = Traces.tokens(TraceHeader.of(MODEL), tokens, tokens);
      TraceStatistics whole = TraceCounter.count(reader(all), spec);
      for (int cuts : new int[] {0, 1, 9}) {
        assertSame(inParts(all, spec, cut(all, cuts, random)), whole);
      }
    }
  }

  private static List<List<TraceToken>> cut(
      List<TraceToken> all, int cuts, SplittableRandom random) {
    int[] ends =
        IntStream.concat(random.ints(cuts, 0, all.size() + 1), IntStream.of(all.size()))
            .sorted()
            .toArray();
    List<List<TraceToken>> parts = new ArrayList<>();
    for (int i = 0; i < ends.length; i++) {
      parts.add(all.subList(i == 0 ? 0 : ends[i - 1], ends[i]));
    }
    return parts;
  }

  /** Parts are counted after they went over a wire, and added up in another order. */
  private static TraceStatistics inParts(
      List<TraceToken> all, StatisticsSpec spec, List<List<TraceToken>> parts) throws Exception {
    PartPlan plan = copied(new PartPlan(MODEL, spec, all.size()));
    List<PartCounts> counts = new ArrayList<>();
    TracePart part = TracePart.BEGINNING;
    for (List<TraceToken> tokens : parts) {
      long decoded = tokens.stream().filter(token -> token.phase() == Phase.DECODE).count();
      part = part.followedBy(tokens.size(), decoded);
      PartCounter counter = new PartCounter(plan, part);
      reader(tokens).forEach(counter::add);
      counts.add(copied(counter.counts()));
    }
    Collections.shuffle(counts, new Random(1));
    return counts.stream().reduce(PartCounts::plus).orElseThrow().statistics(plan);
  }

  private static TraceReader reader(List<TraceToken> tokens) {
    return Traces.reader(Traces.stream(TraceHeader.of(MODEL), tokens));
  }

  @SuppressWarnings({"unchecked", "BanSerializableRead"}) // its own bytes
  private static <T> T copied(T value) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(value);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (T) in.readObject();
    }
  }

  private static void assertSame(TraceStatistics actual, TraceStatistics expected) {
    assertThat(actual.tokens()).isEqualTo(expected.tokens());
    assertThat(actual.sequences()).isEqualTo(expected.sequences());
    for (Phase phase : Phase.values()) {
      assertThat(actual.tokens(phase)).isEqualTo(expected.tokens(phase));
      assertThat(actual.load(phase)).isEqualTo(expected.load(phase));
    }
    assertThat(actual.groupLoad()).isEqualTo(expected.groupLoad());
    assertThat(actual.windowTokens()).isEqualTo(expected.windowTokens());
    assertThat(actual.windows()).isEqualTo(expected.windows());
    assertThat(actual.decodeBatch()).isEqualTo(expected.decodeBatch());
    for (int layer = 0; layer < MODEL.layers(); layer++) {
      assertThat(actual.activatedExperts(layer)).isEqualTo(expected.activatedExperts(layer));
    }
    assertThat(actual.coSelection()).isEqualTo(expected.coSelection());
    assertThat(actual.transitions()).isEqualTo(expected.transitions());
    assertThat(actual.routes()).isEqualTo(expected.routes());
  }

  @Test
  void thatAreMissingAreNoticed() {
    PartPlan plan = new PartPlan(MODEL, SPEC, 10);
    PartCounts none = new PartCounter(plan, TracePart.BEGINNING).counts();
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> none.statistics(plan))
        .withMessageContaining("0 tokens in all parts")
        .withMessageContaining("expected 10");
  }

  @Test
  void thatChangedAreNoticed() {
    PartCounter counter =
        new PartCounter(new PartPlan(MODEL, SPEC, 8), TracePart.BEGINNING.followedBy(8, 3));
    reader(Traces.tokens(TraceHeader.of(MODEL), 8, 1)).forEach(counter::add);
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(counter::counts)
        .withMessageContaining("8 tokens, 4 of them decoded")
        .withMessageContaining("expected 8 and 3");
  }
}

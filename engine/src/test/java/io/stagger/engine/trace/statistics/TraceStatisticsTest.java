package io.stagger.engine.trace.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.routing.CoSelection;
import io.stagger.api.routing.Routes;
import io.stagger.engine.trace.Phase;
import io.stagger.engine.trace.TraceHeader;
import io.stagger.engine.trace.TraceReader;
import io.stagger.engine.trace.TraceToken;
import io.stagger.engine.trace.Traces;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TraceStatisticsTest {

  private static final ModelShape MODEL = new ModelShape("m", List.of(1, 2, 3, 4, 5), 40, 4, 8, 4);

  private static final StatisticsSpec SPEC = StatisticsSpec.everything().withThreads(2);

  static Stream<ModelShape> models() {
    return Stream.of(
        MODEL,
        ModelShape.of(1, 2, 1, 1, 1),
        ModelShape.of(3, 300, 3, 1, 1),
        ModelShape.of(70, 64, 8, 8, 8));
  }

  @ParameterizedTest
  @MethodSource("models")
  void countsWhatANaiveCountCounts(ModelShape model) {
    List<TraceToken> tokens = tokens(model, 1_100);
    Routes routes = routes(model, tokens);
    TraceStatistics statistics = count(model, tokens, SPEC);
    assertThat(statistics.tokens()).isEqualTo(1_100);
    assertThat(statistics.load()).isEqualTo(routes.load());
    assertThat(statistics.coSelection()).contains(CoSelection.of(routes));
    requireTransitions(statistics, routes);
  }

  private static void requireTransitions(TraceStatistics statistics, Routes routes) {
    long[][][] expected = new long[routes.layers()][routes.experts()][routes.experts()];
    for (int token = 0; token < routes.tokens(); token++) {
      for (int layer = 0; layer + 1 < routes.layers(); layer++) {
        for (int from = 0; from < routes.topK(); from++) {
          for (int to = 0; to < routes.topK(); to++) {
            expected[layer][routes.expert(token, layer, from)][
                routes.expert(token, layer + 1, to)]++;
          }
        }
      }
    }
    for (int layer = 0; layer + 1 < routes.layers(); layer++) {
      for (int from = 0; from < routes.experts(); from++) {
        for (int to = 0; to < routes.experts(); to++) {
          long counted = statistics.transitions().orElseThrow().count(layer, from, to);
          if (counted != expected[layer][from][to]) {
            throw new AssertionError("layer " + layer + ", " + from + " to " + to);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7})
  void theNumberOfThreadsChangesNothing(int threads) {
    List<TraceToken> tokens = tokens(MODEL, 1_500);
    TraceStatistics one = count(MODEL, tokens, SPEC.withThreads(1));
    TraceStatistics many = count(MODEL, tokens, SPEC.withThreads(threads));
    assertThat(many.profile()).isEqualTo(one.profile());
    assertThat(activated(many)).isEqualTo(activated(one));
  }

  @Test
  void separatesThePhases() {
    List<TraceToken> tokens = tokens(MODEL, 999);
    TraceStatistics statistics = count(MODEL, tokens, SPEC);
    for (Phase phase : Phase.values()) {
      List<TraceToken> ofPhase = tokens.stream().filter(t -> t.phase() == phase).toList();
      assertThat(statistics.tokens(phase)).isEqualTo(ofPhase.size());
      assertThat(statistics.load(phase)).isEqualTo(routes(MODEL, ofPhase).load());
    }
    assertThat(statistics.sequences()).hasValue(125);
  }

  @Test
  void groupsSumTheirExperts() {
    List<TraceToken> tokens = tokens(MODEL, 100);
    Load groups = count(MODEL, tokens, SPEC).groupLoad();
    Load load = routes(MODEL, tokens).load();
    assertThat(groups.experts()).isEqualTo(8);
    assertThat(groups.get(3, 7)).isEqualTo(Arrays.stream(load.layer(3), 35, 40).sum());
  }

  @Test
  void windowsAreAsLongAsAskedAndSumToTheLoad() {
    List<TraceToken> tokens = tokens(MODEL, 1_050);
    TraceStatistics statistics = count(MODEL, tokens, SPEC.withWindowTokens(100));
    assertThat(statistics.windows()).hasSize(11);
    assertThat(statistics.windows().get(4))
        .isEqualTo(routes(MODEL, tokens.subList(400, 500)).load());
    assertThat(statistics.windows().getLast())
        .isEqualTo(routes(MODEL, tokens.subList(1_000, 1_050)).load());
    assertThat(statistics.windows().stream().reduce(Load::plus)).contains(statistics.load());
  }

  @Test
  void windowsOfAChosenLengthStayFewHoweverLongTheTraceIs() {
    ModelShape small = ModelShape.of(1, 4, 1, 1, 1);
    List<TraceToken> tokens = tokens(small, 30_000);
    TraceStatistics statistics = count(small, tokens, SPEC);
    assertThat(statistics.windowTokens()).isEqualTo(1_024);
    assertThat(statistics.windows()).hasSize(30);
    assertThat(statistics.windows().get(7))
        .isEqualTo(routes(small, tokens.subList(7 * 1_024, 8 * 1_024)).load());
  }

  @Test
  void tooManyWindowsAreRefused() {
    WindowSeries series = new WindowSeries(64, 65_536, 1);
    long[] nothing = new long[0];
    for (int i = 0; i < 14; i++) {
      series.close(nothing);
    }
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> {
          series.close(nothing);
          series.close(nothing);
        })
        .withMessageContaining("Choose longer windows than 1 tokens");
  }

  @Test
  void driftIsTheShareThatMoved() {
    ModelShape small = ModelShape.of(1, 4, 1, 1, 1);
    List<TraceToken> tokens =
        Stream.of(0, 0, 1, 1, 0, 2, 3, 3)
            .map(expert -> TraceToken.of(0, 0, Phase.DECODE, new char[] {(char) (int) expert}))
            .toList();
    TraceStatistics statistics = count(small, tokens, SPEC.withWindowTokens(4));
    assertThat(statistics.drift(1)).isEqualTo(0.75, within(1e-12));
  }

  @Test
  void activatedExpertsAreThoseOfWholeDecodeBatches() {
    List<TraceToken> tokens = tokens(MODEL, 700);
    TraceStatistics statistics = count(MODEL, tokens, SPEC.withDecodeBatch(24));
    List<TraceToken> decoded = tokens.stream().filter(t -> t.phase() == Phase.DECODE).toList();
    double sum = 0;
    int batches = decoded.size() / 24;
    for (int batch = 0; batch < batches; batch++) {
      Set<Integer> distinct = new HashSet<>();
      for (TraceToken token : decoded.subList(batch * 24, batch * 24 + 24)) {
        for (int choice = 0; choice < 4; choice++) {
          distinct.add((int) token.experts()[2 * 4 + choice]);
        }
      }
      sum += distinct.size();
    }
    assertThat(statistics.activatedExperts(2).orElseThrow())
        .isEqualTo(sum / batches, within(1e-12));
  }

  @Test
  void withoutAWholeDecodeBatchNoActivatedExpertsAreClaimed() {
    assertThat(count(MODEL, tokens(MODEL, 20), SPEC).activatedExperts(0)).isEmpty();
  }

  @Test
  void aShortTraceIsItsOwnSample() {
    List<TraceToken> tokens = tokens(MODEL, 300);
    assertThat(count(MODEL, tokens, SPEC).routes()).isEqualTo(routes(MODEL, tokens));
  }

  @Test
  void aSampleIsDrawnFromTheWholeTraceInItsOrder() {
    List<TraceToken> tokens = tokens(MODEL, 8_000);
    Routes sample = count(MODEL, tokens, SPEC.withSample(400)).routes();
    assertThat(sample.tokens()).isEqualTo(400);
    int[] sequences = new int[400];
    Arrays.setAll(sequences, sample::sequence);
    assertThat(sequences).isSorted();
    assertThat(Arrays.stream(sequences).filter(s -> s < 500).count())
        .as("of the first half")
        .isBetween(150L, 250L);
  }

  @Test
  void aModelTooLargeForPairsIsCountedWithout() {
    ModelShape large = ModelShape.of(2, 4_096, 2, 1, 1);
    TraceStatistics statistics = count(large, tokens(large, 50), SPEC);
    assertThat(statistics.coSelection()).isEmpty();
    assertThat(statistics.transitions()).isEmpty();
    assertThat(statistics.load().total(1)).isEqualTo(100);
  }

  private static double[] activated(TraceStatistics statistics) {
    double[] activated = new double[MODEL.layers()];
    Arrays.setAll(activated, layer -> statistics.activatedExperts(layer).orElseThrow());
    return activated;
  }

  private static List<TraceToken> tokens(ModelShape model, int count) {
    return Traces.tokens(TraceHeader.of(model), count, 4);
  }

  private static TraceStatistics count(
      ModelShape model, List<TraceToken> tokens, StatisticsSpec spec) {
    try (TraceReader reader = Traces.reader(Traces.stream(TraceHeader.of(model), tokens))) {
      return TraceCounter.count(reader, spec);
    }
  }

  private static Routes routes(ModelShape model, List<TraceToken> tokens) {
    int width = model.layers() * model.topK();
    char[] choices = new char[tokens.size() * width];
    for (int i = 0; i < tokens.size(); i++) {
      System.arraycopy(tokens.get(i).experts(), 0, choices, i * width, width);
    }
    return Routes.of(model, tokens.stream().mapToInt(TraceToken::sequence).toArray(), choices);
  }
}

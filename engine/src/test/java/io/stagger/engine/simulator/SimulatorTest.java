package io.stagger.engine.simulator;

import static io.stagger.engine.simulator.TraceFiles.decode;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.error.StrategyException;
import io.stagger.api.routing.CoSelection;
import io.stagger.engine.Stagger;
import io.stagger.engine.config.StaggerConfig;
import io.stagger.engine.simulator.cost.CostModel;
import io.stagger.engine.simulator.cost.ExpertSizes;
import io.stagger.engine.simulator.cost.Hardware;
import io.stagger.engine.simulator.cost.Link;
import io.stagger.engine.simulator.replicas.ReplicaRule;
import io.stagger.engine.trace.Phase;
import io.stagger.engine.trace.TraceHeader;
import io.stagger.engine.trace.TraceToken;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimulatorTest {

  private static final ModelShape SMALL = ModelShape.of(3, 16, 2, 1, 1);
  private static final Batching BATCHING = new Batching(4, 16);

  private static Stagger stagger;

  @TempDir private Path folder;

  @BeforeAll
  static void open() {
    stagger = Stagger.open(StaggerConfig.builder().build());
  }

  @AfterAll
  static void close() {
    stagger.close();
  }

  private static Comparison compare(Path trace, SimulationSpec spec) {
    return Simulator.compare(stagger, trace, spec, (what, done, total) -> {});
  }

  private static SimulationSpec spec(Cluster cluster, int windows, String... strategies) {
    return new SimulationSpec(
        cluster, List.of(strategies), windows, BATCHING, ReplicaRule.HASH, Optional.empty());
  }

  /**
   * Four experts on four ranks of two nodes; the second half of the trace is one decode step of
   * four tokens, from ranks 0 to 3. Ranks serve 4, 2, 1 and 1 choices. Sent within nodes: 0 to 1, 1
   * to 0, 2 to 3; between them: 1 to 2, 2 to 0, 3 to 0, 3 to 1.
   */
  @Test
  void hasTheFiguresThatAreComputedByHand() {
    ModelShape model = ModelShape.of(1, 4, 2, 1, 1);
    List<TraceToken> tokens =
        List.of(
            decode(0, 0, 2, 3),
            decode(1, 0, 2, 3),
            decode(2, 0, 2, 3),
            decode(3, 0, 2, 3),
            decode(0, 1, 0, 1),
            decode(1, 1, 0, 2),
            decode(2, 1, 0, 3),
            decode(3, 1, 1, 0));
    Path trace = TraceFiles.write(folder.resolve("hand.arrow"), model, tokens);
    // A second for an expert's weights, half a second for a token.
    CostModel costs =
        new CostModel(
            new Hardware("slow", 2, 300, 600, new Link(10, 0.25), new Link(5, 0.5)),
            new ExpertSizes(10, 5, 2, 1));
    SimulationSpec spec =
        new SimulationSpec(
            Cluster.of(2, 4, 4), List.of(), 2, BATCHING, ReplicaRule.HASH, Optional.of(costs));

    Comparison comparison = compare(trace, spec);

    StrategyScore linear = comparison.scores().getFirst();
    Map<Figure, Double> expected = new EnumMap<>(Figure.class);
    expected.put(Figure.IMBALANCE, 1.0);
    expected.put(Figure.BALANCEDNESS, 0.5);
    expected.put(Figure.BUSIEST_RANK, 4.0);
    expected.put(Figure.ACTIVATED, 1.0);
    expected.put(Figure.FAN_OUT_RANKS, 2.0);
    expected.put(Figure.FAN_OUT_NODES, 1.5);
    expected.put(Figure.SENT_WITHIN, 0.75);
    expected.put(Figure.SENT_BETWEEN, 1.0);
    expected.put(Figure.HOTTEST_LINK, 1.0);
    expected.put(Figure.BYTES_WITHIN, 60.0);
    expected.put(Figure.BYTES_BETWEEN, 80.0);
    expected.put(Figure.WEIGHT_TIME, 1.0);
    expected.put(Figure.FLOP_TIME, 2.0);
    expected.put(Figure.EXPERT_TIME, 2.0);
    expected.put(Figure.DISPATCH_TIME, 4.5);
    expected.put(Figure.COMBINE_TIME, 4.5);
    expected.put(Figure.STEP_TIME, 11.0);
    expected.put(Figure.THROUGHPUT, 4.0 / 11);
    Map<Figure, Measured> figures = linear.figures().get(Phase.DECODE);
    assertThat(figures.keySet()).isEqualTo(expected.keySet());
    expected.forEach((figure, value) ->
        assertThat(figures.get(figure).value()).as(figure.key()).isCloseTo(value, within(1e-12)));
    assertThat(comparison.steps())
        .containsExactly(Map.entry(Phase.DECODE, new Comparison.Steps(1, 4)));
    assertThat(linear.windowImbalance()).isEqualTo(1.0);
    assertThat(linear.gap()).as("the heaviest expert has half of the load").isZero();
    assertThat(linear.traffic().copies(3, 0)).isEqualTo(1);
    assertThat(linear.traffic().copies(0, 2)).isZero();
    assertThat(linear.traffic().hottest()).isEqualTo(new Traffic.Hottest(0, 1, 1));
    assertThat(IntStream.range(0, 4).mapToDouble(rank -> linear.rankLoads().relative(0, rank)))
        .as("4, 2, 1 and 1 choices over their mean of 2")
        .containsExactly(2.0, 1.0, 0.5, 0.5);
    assertThat(comparison.load()).isEqualTo(Load.of(4, new double[][] {{4, 2, 1, 1}}));
  }

  @Test
  void countsWhichExpertsTheScoredTokensChoseTogetherInAllLayers() {
    List<TraceToken> tokens = TraceFiles.skewed(SMALL, 160, 3, 1);
    Path trace = TraceFiles.write(folder.resolve("trace.arrow"), SMALL, tokens);

    CoSelection together =
        compare(trace, spec(Cluster.of(1, 4, 16), 2)).coSelection().orElseThrow();

    long[][] expected = new long[SMALL.experts()][SMALL.experts()];
    for (TraceToken token : tokens.subList(80, 160)) {
      for (int layer = 0; layer < SMALL.layers(); layer++) {
        for (int one = 0; one < SMALL.topK(); one++) {
          for (int other = 0; other < SMALL.topK(); other++) {
            expected[token.experts()[layer * SMALL.topK() + one]][
                token.experts()[layer * SMALL.topK() + other]]++;
          }
        }
      }
    }
    for (int one = 0; one < SMALL.experts(); one++) {
      for (int other = 0; other < SMALL.experts(); other++) {
        assertThat(together.count(0, one, other)).isEqualTo(expected[one][other]);
      }
    }
  }

  @Test
  void plansWithTheWindowBeforeAndNeverSeesTheNext() {
    List<TraceToken> past = TraceFiles.skewed(SMALL, 160, 3, 1);
    List<List<String>> plans = new ArrayList<>();
    for (int future : new int[] {3, 11}) {
      List<TraceToken> tokens = new ArrayList<>(past);
      tokens.addAll(TraceFiles.skewed(SMALL, 320, future, 2));
      Path trace = TraceFiles.write(folder.resolve("trace.arrow"), SMALL, tokens);
      Comparison comparison = compare(trace, spec(Cluster.of(1, 4, 16), 3, "balanced"));
      plans.add(
          comparison.scores().getLast().windows().stream()
              .map(window -> window.plan().placement().fingerprint())
              .toList());
    }
    assertThat(plans.get(0)).hasSize(2);
    assertThat(plans.get(0).getFirst()).isEqualTo(plans.get(1).getFirst());
    assertThat(plans.get(0).getLast()).isNotEqualTo(plans.get(1).getLast());
  }

  @Test
  void givesEachPlanThePreviousOne() {
    List<TraceToken> tokens = new ArrayList<>(TraceFiles.skewed(SMALL, 160, 3, 1));
    tokens.addAll(TraceFiles.skewed(SMALL, 320, 11, 2));
    Path trace = TraceFiles.write(folder.resolve("trace.arrow"), SMALL, tokens);

    StrategyScore score =
        compare(trace, spec(Cluster.of(1, 4, 16), 3, "balanced")).scores().getLast();

    WindowScore first = score.windows().getFirst();
    WindowScore second = score.windows().getLast();
    assertThat(first.plan().request().previous()).isEmpty();
    assertThat(second.plan().request().previous()).contains(first.plan().placement());
    assertThat(second.migration().orElseThrow().to()).isEqualTo(second.plan().placement());
    assertThat(score.migratedSlots())
        .isEqualTo(second.migration().orElseThrow().copies().size())
        .isPositive();
  }

  @Test
  void comparesWithLinearWhichIsAlwaysThere() {
    Path trace =
        TraceFiles.write(folder.resolve("trace.arrow"), SMALL, TraceFiles.skewed(SMALL, 320, 3, 1));
    Comparison comparison =
        compare(trace, spec(Cluster.of(2, 4, 16), 2, "round_robin", "linear", "zigzag"));
    assertThat(comparison.scores())
        .extracting(StrategyScore::strategy)
        .containsExactly("linear", "zigzag");
    assertThat(comparison.steps()).containsOnlyKeys(Phase.PREFILL, Phase.DECODE);
    Map<Figure, Measured> zigzag = comparison.scores().getLast().figures().get(Phase.DECODE);
    Map<Figure, Measured> linear = comparison.scores().getFirst().figures().get(Phase.DECODE);
    assertThat(linear.get(Figure.IMBALANCE).change()).isEmpty();
    assertThat(zigzag.get(Figure.IMBALANCE).change().orElseThrow().estimate())
        .isCloseTo(
            zigzag.get(Figure.IMBALANCE).value() / linear.get(Figure.IMBALANCE).value() - 1,
            within(1e-12));
  }

  @Test
  void countsEveryTokenOfTheScoredWindows() {
    Path trace =
        TraceFiles.write(folder.resolve("trace.arrow"), SMALL, TraceFiles.skewed(SMALL, 331, 3, 1));
    Comparison comparison = compare(trace, spec(Cluster.of(2, 4, 16), 3));
    long replayed = comparison.steps().values().stream().mapToLong(Comparison.Steps::tokens).sum();
    assertThat(replayed).isEqualTo(331 - 331 / 3);
    assertThat(comparison.tokens()).isEqualTo(331);
  }

  /**
   * Each expert on a rank of its own serves its load, so both views of the scored windows agree.
   */
  @Test
  void addsUpRanksAndExpertsOverTheScoredWindows() {
    List<TraceToken> tokens = TraceFiles.skewed(SMALL, 320, 3, 1);
    Path trace = TraceFiles.write(folder.resolve("trace.arrow"), SMALL, tokens);
    Comparison comparison = compare(trace, spec(Cluster.of(1, 16, 16), 4));
    double[][] counts = new double[3][16];
    for (TraceToken token : tokens.subList(80, 320)) {
      for (int i = 0; i < 6; i++) {
        counts[i / 2][token.experts()[i]]++;
      }
    }
    assertThat(comparison.load()).isEqualTo(Load.of(16, counts));
    RankLoads ranks = comparison.base().rankLoads();
    for (int layer = 0; layer < 3; layer++) {
      for (int rank = 0; rank < 16; rank++) {
        assertThat(ranks.relative(layer, rank))
            .isCloseTo(counts[layer][rank] / (240 * 2 / 16.0), within(1e-12));
      }
    }
  }

  @Test
  void givesTheSameFiguresEveryTime() {
    Path trace =
        TraceFiles.write(folder.resolve("trace.arrow"), SMALL, TraceFiles.skewed(SMALL, 320, 3, 1));
    for (ReplicaRule rule : ReplicaRule.values()) {
      SimulationSpec spec =
          new SimulationSpec(
              Cluster.of(2, 4, 20), List.of("eplb"), 2, BATCHING, rule, Optional.empty());
      assertThat(compare(trace, spec).scores().getLast().figures())
          .as(rule.label())
          .isEqualTo(compare(trace, spec).scores().getLast().figures());
    }
  }

  @Test
  void saysWhichStrategyGaveNoPlanAndWhy() {
    Path trace =
        TraceFiles.write(folder.resolve("trace.arrow"), SMALL, TraceFiles.skewed(SMALL, 320, 3, 1));
    Comparison comparison = compare(trace, spec(Cluster.of(1, 4, 16), 2, "file", "zigzag"));
    assertThat(comparison.scores())
        .extracting(StrategyScore::strategy)
        .containsExactly("linear", "zigzag");
    assertThat(comparison.refusals())
        .singleElement()
        .satisfies(refusal -> {
          assertThat(refusal.strategy()).isEqualTo("file");
          assertThat(refusal.reason()).contains("'path' is not set");
        });
  }

  @Test
  void refusesAStrategyThatThereIsNot() {
    Path trace =
        TraceFiles.write(folder.resolve("trace.arrow"), SMALL, TraceFiles.skewed(SMALL, 320, 3, 1));
    assertThatThrownBy(() -> compare(trace, spec(Cluster.of(1, 4, 16), 2, "zagzig")))
        .isInstanceOf(StrategyException.class)
        .hasMessageContaining("zagzig");
  }

  @Test
  void refusesWindowsThatTheTraceHasNoTokensFor() {
    Path trace =
        TraceFiles.write(folder.resolve("trace.arrow"), SMALL, TraceFiles.skewed(SMALL, 3, 3, 1));
    assertThatThrownBy(() -> compare(trace, spec(Cluster.of(1, 4, 16), 4)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("3 tokens")
        .hasMessageContaining("4 windows");
    assertThatThrownBy(() -> compare(trace, spec(Cluster.of(1, 4, 16), 1)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("1 windows");
  }

  @Test
  void asksForMoreWindowsWhereOneWouldNotFitTheMemory() {
    TraceHeader header = TraceHeader.of(ModelShape.of(58, 256, 8, 8, 4));
    // 2^28 choices, of 464 a token, are 578,524 tokens.
    assertThatThrownBy(() -> WindowReader.requireSize(Path.of("big"), 10_000_000, 4, header))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("2500000 tokens of 464 choices")
        .hasMessageContaining("Give more windows, at least 18");
    WindowReader.requireSize(Path.of("big"), 10_000_000, 18, header);
  }

  /** Experts take a byte each in memory, or two where there are more than 256. */
  @ParameterizedTest
  @ValueSource(ints = {16, 256, 300})
  void plansWithTheLoadOfTheWindowBefore(int experts) {
    ModelShape model = ModelShape.of(2, experts, 3, 1, 1);
    List<TraceToken> tokens = TraceFiles.skewed(model, 90, experts - 5, 1);
    Path trace = TraceFiles.write(folder.resolve("trace.arrow"), model, tokens);
    Comparison comparison = compare(trace, spec(Cluster.of(1, 4, experts), 3));
    List<WindowScore> windows = comparison.base().windows();
    for (int window = 0; window < windows.size(); window++) {
      double[][] counts = new double[2][experts];
      for (TraceToken token : tokens.subList(window * 30, window * 30 + 30)) {
        for (int i = 0; i < 6; i++) {
          counts[i / 3][token.experts()[i]]++;
        }
      }
      assertThat(windows.get(window).plan().request().load()).contains(Load.of(experts, counts));
    }
  }
}

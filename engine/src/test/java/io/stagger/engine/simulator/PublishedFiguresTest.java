package io.stagger.engine.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stagger.api.Balance;
import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.engine.Plan;
import io.stagger.engine.PlanRequest;
import io.stagger.engine.SharedData;
import io.stagger.engine.Stagger;
import io.stagger.engine.config.StaggerConfig;
import io.stagger.engine.io.LoadFile;
import io.stagger.engine.simulator.replicas.ReplicaRule;
import io.stagger.engine.trace.Phase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Figures that others published, or that were computed without this project. Huawei's placement on
 * SGLang's loads is in {@code ForeignPlacementTest}, with the other foreign placements.
 */
class PublishedFiguresTest {

  /** The figures have three digits after the point. */
  private static final double ROUNDING = 0.00051;

  /** LPT depends on the order of equal loads, which the port did not say. */
  private static final double TIES = 0.001;

  private static final ModelShape DEEPSEEK_V3 = ModelShape.of(58, 256, 8, 8, 4);

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

  private static Plan plan(
      ModelShape model, Cluster cluster, Load load, String strategy, Map<String, String> options) {
    PlanRequest request = PlanRequest.of(model, cluster).withLoad(load).withStrategy(strategy);
    return stagger.plan(request, options);
  }

  private static double imbalance(Cluster cluster, Load load, String strategy, String policy) {
    Map<String, String> options = policy.isEmpty() ? Map.of() : Map.of("policy", policy);
    return plan(DEEPSEEK_V3, cluster, load, strategy, options).balance().orElseThrow().imbalance();
  }

  /**
   * DeepSeek-V3 on 32 ranks, under loads that SGLang's users recorded (SGLang issue 6017). The
   * figures were computed with a NumPy port of DeepSeek's EPLB that matches its README; LPT is
   * EPLB's packing without redundant experts, and the swaps after it a local search.
   */
  @ParameterizedTest
  @CsvSource({
    "prefill_in4096,       2.042, 0.910, 0.221, 0.200, 0.199, 0.317, 0.006",
    "prefill_in1024,       1.289, 0.774, 0.141, 0.098, 0.097, 0.166, 0.007",
    "decode_in2000out100,  1.633, 0.672, 0.097, 0.058, 0.057, 0.254, 0.008",
    "decode_in1000out1000, 1.880, 0.585, 0.103, 0.056, 0.050, 0.317, 0.007",
  })
  void balancesDeepSeekV3On32RanksAsMeasured(
      String name,
      double linear,
      double roundRobin,
      double lpt,
      double swapped,
      double bound,
      double hierarchical,
      double global) {
    Path file = SharedData.path("data/deepseek-v3-loads/" + name + ".json");
    Load load = LoadFile.read(file, DEEPSEEK_V3);
    Cluster plain = Cluster.of(4, 32, 256);
    Cluster redundant = Cluster.of(4, 32, 288);

    assertThat(imbalance(plain, load, "linear", "")).isCloseTo(linear, within(ROUNDING));
    assertThat(imbalance(plain, load, "zigzag", "")).isCloseTo(roundRobin, within(ROUNDING));
    assertThat(imbalance(plain, load, "eplb", "global")).isCloseTo(lpt, within(TIES));
    assertThat(imbalance(redundant, load, "eplb", "hierarchical"))
        .isCloseTo(hierarchical, within(ROUNDING));
    assertThat(imbalance(redundant, load, "eplb", "global")).isCloseTo(global, within(ROUNDING));
    assertThat(imbalance(plain, load, "balanced", ""))
        .as("no worse than the local search, and not below the bound")
        .isBetween(bound - ROUNDING, swapped + ROUNDING);
  }

  /** The example of DeepSeek's README: the most loaded of eight GPUs has 156 and 179.5. */
  @Test
  void loadsTheBusiestRankAsDeepSeeksExampleDoes() {
    double[][] rows = {
      {90, 132, 40, 61, 104, 165, 39, 4, 73, 56, 183, 86},
      {20, 107, 104, 64, 19, 197, 187, 157, 172, 86, 16, 27}
    };
    Plan plan =
        plan(
            ModelShape.of(2, 12, 1, 4, 4),
            Cluster.of(2, 8, 16),
            Load.of(12, rows),
            "eplb",
            Map.of());
    assertThat(plan.placement().physicalToLogical())
        .isDeepEqualTo(
            new int[][] {
              {5, 6, 5, 7, 8, 4, 3, 4, 10, 9, 10, 2, 0, 1, 11, 1},
              {7, 10, 6, 8, 6, 11, 8, 9, 2, 4, 5, 1, 5, 0, 3, 1}
            });
    Balance balance = plan.balance().orElseThrow();
    assertThat(balance.busiest(0)).isEqualTo(156);
    assertThat(balance.busiest(1)).isEqualTo(179.5);
  }

  /** FlashLB's example (vLLM pull request 37656): EPLB comes to 232; the optimum is 196 2/3. */
  @Test
  void loadsTheBusiestRankAsFlashLbSaysOfEplb() {
    Load load = Load.of(8, new double[][] {{600, 560, 120, 120, 20, 10, 10, 10}});
    ModelShape model = ModelShape.of(1, 8, 1, 1, 1);
    Cluster cluster = Cluster.of(1, 8, 16);
    assertThat(plan(model, cluster, load, "eplb", Map.of()).balance().orElseThrow().busiest(0))
        .isCloseTo(232, within(1e-9));
    assertThat(plan(model, cluster, load, "balanced", Map.of()).balance().orElseThrow().busiest(0))
        .isCloseTo(196 + 2.0 / 3, within(1e-9));
  }

  /**
   * gpt-oss-20b: sequences with odd numbers, planned with those of even ones. Fan-out and imbalance
   * were computed with NumPy. The windows here are halves of the tokens, which puts 866 of 81,976
   * odd ones into the first, and is what the tolerance is for.
   */
  @ParameterizedTest
  @CsvSource({
    "4, 3.027, 0.157, 2.808, 0.263",
    "8, 3.584, 0.423, 3.416, 0.547",
  })
  void fansGptOssOutAsMeasured(
      int ranks, double linear, double linearImbalance, double zigzag, double zigzagImbalance)
      throws IOException {
    Path trace = GptOssTrace.write(SharedData.path(GptOssTrace.FOLDER), folder.resolve("t.arrow"));
    SimulationSpec spec =
        new SimulationSpec(
            Cluster.of(1, ranks, 32),
            List.of("zigzag"),
            2,
            new Batching(64, 4096),
            ReplicaRule.HASH,
            Optional.empty());
    List<StrategyScore> scores =
        Simulator.compare(stagger, trace, spec, (what, done, total) -> {}).scores();
    assertThat(fanOut(scores.get(0))).isCloseTo(linear, within(0.002));
    assertThat(fanOut(scores.get(1))).isCloseTo(zigzag, within(0.002));
    assertThat(scores.get(0).windowImbalance()).isCloseTo(linearImbalance, within(0.002));
    assertThat(scores.get(1).windowImbalance()).isCloseTo(zigzagImbalance, within(0.002));
  }

  private static double fanOut(StrategyScore score) {
    return score.measured(Phase.DECODE, Figure.FAN_OUT_RANKS).value();
  }
}

package io.stagger.strategies.balanced;

import static io.stagger.strategies.balanced.TrafficPlans.cost;
import static io.stagger.strategies.balanced.TrafficPlans.plan;
import static io.stagger.strategies.balanced.TrafficPlans.spread;
import static io.stagger.strategies.balanced.TrafficPlans.weighing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.NodeSpread;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.strategies.LoadCase;
import io.stagger.testkit.PlacementRequests;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Balance against traffic, as the option {@code traffic} weighs them. */
class BalancedTrafficTest {

  private static final double ROUNDING = 1e-9;
  private static final BalancedStrategy STRATEGY = new BalancedStrategy();

  /** As planned at revision 48970bb, before there was the option. */
  @ParameterizedTest
  @CsvSource({
    "b_r1_288_n4_g32_logn, 58c5609bc5afd0d2361e6cb6adc43f731830389483aa7f5c5ffd1e17485cb525",
    "d_v2_176_n1_g8_int, 9ff47469794abf93243914e81d6f7dac014c73b25c877206e3d7fe184c4ba372",
    "e_q3_192_n8_g64_logn, 296f5ef0982ac73ad99fc5b0dd4af27fbd3297fbfec3b788e79e0535ab3e3ac1",
    "f_mix_24_n1_g8_logn, f653f860b8c5fa7f9fc4cfba6e783329f86f5e3ec152bc65bbe49589f2bfa2a9",
    "g_fallback_n3_g24, 359a8315611cb175ec3779f8f5de8a3077127f26066d997a2563b74b16048c73",
    "g_ties_small, 43b9447799052a693f9870c6d618aa3cd3b703278e8b8d189510b2ee9599f048"
  })
  void weightZeroGivesThePlanThatThereWasWithoutTheOption(String name, String fingerprint) {
    LoadCase golden = LoadCase.golden(name);
    ModelShape model = ModelShape.of(golden.load().layers(), golden.load().experts(), 1, 1, 1);
    PlacementRequest request = PlacementRequest.of(model, golden.cluster()).withLoad(golden.load());
    assertThat(plan(request, 0).fingerprint()).isEqualTo(fingerprint);
  }

  @Test
  void weightZeroLooksAtNeitherGroupsNorNodes() {
    for (long seed = 1; seed <= 100; seed++) {
      PlacementRequest request = PlacementRequests.generate(seed);
      if (request.load().isPresent()) {
        ModelShape model = request.model();
        ModelShape plain = ModelShape.of(model.layers(), model.experts(), 1, 1, 1);
        PlacementRequest other =
            PlacementRequest.of(plain, request.cluster()).withLoad(request.requireLoad());
        assertThat(plan(request, 0)).as("seed %d", seed).isEqualTo(plan(other, 0));
      }
    }
  }

  private static PlacementRequest request(
      int experts, int topK, int groups, int topGroups, Cluster cluster, double... load) {
    return PlacementRequest.of(ModelShape.of(1, experts, topK, groups, topGroups), cluster)
        .withLoad(Load.of(experts, new double[][] {load}));
  }

  @Test
  void changesNothingOnOneNode() {
    PlacementRequest request = request(4, 4, 2, 2, Cluster.of(1, 2, 4), 9, 5, 4, 1);
    assertThat(STRATEGY.place(weighing(request, 5)).placement()).isEqualTo(plan(request, 0));
  }

  @Test
  void changesNothingWhereATokenTakesOneExpertOfAGroup() {
    PlacementRequest request = request(4, 2, 2, 2, Cluster.of(2, 2, 4), 9, 5, 4, 1);
    assertThat(plan(request, 5)).isEqualTo(plan(request, 0));
  }

  @Test
  void changesNothingWithoutLoad() {
    PlacementRequest request = request(4, 4, 2, 2, Cluster.of(2, 2, 4), 0, 0, 0, 0);
    assertThat(plan(request, 5)).isEqualTo(plan(request, 0));
  }

  @Test
  void keepsAGroupTogetherWhereThatCostsNoBalance() {
    PlacementRequest request = request(4, 4, 2, 2, Cluster.of(2, 2, 4), 5, 5, 5, 5);
    assertThat(spread(request, plan(request, 0))).isEqualTo(1.5);
    assertThat(spread(request, plan(request, 0.001))).isEqualTo(1);
  }

  @Test
  void givesUpBalanceOnlyWhereTheWeightSaysSo() {
    // Together 12 against 8; 10 against 10 with two experts exchanged, and tokens see more nodes.
    PlacementRequest request = request(4, 4, 2, 2, Cluster.of(2, 2, 4), 7, 5, 3, 5);
    assertThat(plan(request, 0.1)).isEqualTo(plan(request, 0));
    assertThat(spread(request, plan(request, 1))).isEqualTo(1);
  }

  @Test
  void copesWithFewerGroupsThanNodesAndWithNodesOfNoUse() {
    double[] load = {9, 3, 5, 6, 2, 8, 4, 1};
    Cluster cluster = Cluster.of(4, SlotLayout.of(3, 0, 2, 2, 0, 1, 2, 2)).withRanksDown(3);
    PlacementRequest request = request(8, 4, 2, 2, cluster, load);
    assertThat(cost(request, plan(request, 0.2), 0.2))
        .isLessThanOrEqualTo(cost(request, plan(request, 0), 0.2));
  }

  @Test
  void tellsTheSpread() {
    PlacementRequest request = request(4, 4, 2, 2, Cluster.of(2, 2, 4), 7, 5, 3, 5);
    PlacementResult result = STRATEGY.place(weighing(request, 1));
    assertThat(result.decision().facts())
        .containsEntry("spread.mean", "1.000000")
        .containsEntry("spread.worst", "1.000000")
        .containsEntry("gap.worst", "0.200000")
        .containsKey("steps");
    assertThat(STRATEGY.place(weighing(request, 0)).decision().facts())
        .doesNotContainKey("spread.mean");
  }

  @Test
  void saysSoWhereALayerIsTooLarge() {
    int ranks = 2100;
    Cluster cluster = Cluster.of(ranks, ranks, ranks);
    double[] load = IntStream.range(0, ranks).mapToDouble(e -> e % 7).toArray();
    PlacementRequest request = request(ranks, 2, 1, 1, cluster, load);
    PlacementResult result = STRATEGY.place(weighing(request, 1));
    assertThat(result.decision().outcome()).isEqualTo(Decision.Outcome.FALLBACK);
    assertThat(result.decision().reason()).isEqualTo("LAYER_TOO_LARGE");
    assertThat(result.placement()).isEqualTo(plan(request, 0));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.02, 0.3, 2})
  void costsNeverMoreThanThePlanByLoadAlone(double traffic) {
    int several = 0;
    for (long seed = 1000; seed < 1060; seed++) {
      PlacementRequest drawn = PlacementRequests.generate(seed);
      if (drawn.load().isPresent() && drawn.model().layers() > 0 && hasNoSurplus(drawn)) {
        PlacementRequest request = firstLayer(drawn);
        assertThat(cost(request, plan(request, traffic), traffic))
            .as("seed %d", seed)
            .isLessThanOrEqualTo(cost(request, plan(request, 0), traffic) + ROUNDING);
        several += request.cluster().nodes() > 1 ? 1 : 0;
      }
    }
    assertThat(several).isGreaterThan(20);
  }

  private static PlacementRequest firstLayer(PlacementRequest request) {
    ModelShape model = request.model();
    ModelShape first =
        ModelShape.of(1, model.experts(), model.topK(), model.groups(), model.topGroups());
    return PlacementRequest.of(first, request.cluster()).withLoad(request.requireLoad().select(0));
  }

  /** A rank with more slots than there are experts repeats some, which no plan counts with. */
  private static boolean hasNoSurplus(PlacementRequest request) {
    int most = Arrays.stream(request.cluster().layout().slotsPerRank()).max().orElse(0);
    return most <= request.model().experts();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void costsNeverMoreThanTheWall(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 20; round++) {
      int nodes = 2 + random.nextInt(3);
      int groups = nodes * (1 + random.nextInt(3));
      int size = 2 + random.nextInt(7);
      int ranks = nodes * (2 + random.nextInt(3));
      int expertsOfNode = groups / nodes * size;
      int fewest = Math.ceilDiv(expertsOfNode * nodes, ranks);
      // EPLB fills the slots beyond with experts that the rank holds already.
      int slots = Math.min(expertsOfNode, fewest + random.nextInt(3)) * ranks;
      double[] load = random.doubles(groups * size).map(x -> Math.exp(3 * x)).toArray();
      PlacementRequest request =
          request(groups * size, 2 * groups, groups, groups, Cluster.of(nodes, ranks, slots), load);
      PlacementResult wall = TrafficPlans.eplb(request);
      assertThat(wall.decision().facts()).containsEntry("policy", "hierarchical");
      double traffic = 0.05 * (1 << random.nextInt(6));
      assertThat(cost(request, plan(request, traffic), traffic))
          .as("seed %d, round %d", seed, round)
          .isLessThanOrEqualTo(cost(request, wall.placement(), traffic) + ROUNDING);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void comesCloseToTheExhaustiveOptimum(long seed) {
    Random random = new Random(seed);
    double found = 0;
    double optima = 0;
    for (int round = 0; round < 15; round++) {
      int size = 2 + random.nextInt(2);
      int experts = 2 * size;
      int ranks = 2 * (1 + random.nextInt(2));
      int slots = experts + random.nextInt(3);
      Cluster cluster = Cluster.of(2, ranks, slots);
      double[] load = random.ints(experts, 1, 30).asDoubleStream().toArray();
      PlacementRequest request = request(experts, 4, 2, 2, cluster, load);
      double traffic = 0.05 * (1 << random.nextInt(5));
      double optimum =
          new FullPlacements(cluster, load)
              .least(row ->
                  cost(
                      request,
                      Placement.of(cluster.layout(), experts, new int[][] {row}),
                      traffic));
      double cost = cost(request, plan(request, traffic), traffic);
      assertThat(cost)
          .as("seed %d, round %d", seed, round)
          .isBetween(optimum - 1e-9, optimum + 0.1);
      found += cost;
      optima += optimum;
    }
    assertThat(found).as("seed %d", seed).isLessThanOrEqualTo(optima * 1.03);
  }

  @ParameterizedTest
  @ValueSource(ints = {256, 288})
  void onDeepSeekLoadsCostsLessThanTheWallAndThePlanByLoadAlone(int slots) {
    double[] weights = {0.02, 0.2, 1};
    double[] spreads = new double[weights.length];
    for (String workload :
        new String[] {"decode_in1000out1000", "prefill_in1024", "prefill_in4096"}) {
      LoadCase recorded = LoadCase.deepSeek(workload, 32, slots).onNodes(4).everyLayer(19);
      ModelShape model = ModelShape.of(recorded.load().layers(), 256, 8, 8, 4);
      PlacementRequest request =
          PlacementRequest.of(model, recorded.cluster()).withLoad(recorded.load());
      Placement even = plan(request, 0);
      Placement wall = TrafficPlans.eplb(request).placement();
      for (int i = 0; i < weights.length; i++) {
        Placement plan = plan(request, weights[i]);
        double cost = cost(request, plan, weights[i]);
        assertThat(cost).isLessThan(cost(request, even, weights[i]));
        assertThat(cost).isLessThan(cost(request, wall, weights[i]));
        spreads[i] += spread(request, plan) / 3;
      }
    }
    // 1 at the wall, and 1.7 where load alone counts.
    assertThat(spreads[0]).isLessThan(1.3).isGreaterThanOrEqualTo(spreads[1]);
    assertThat(spreads[1]).isLessThan(1.2).isGreaterThanOrEqualTo(spreads[2]);
  }

  @Test
  void plansEachLayerByItself() {
    Random random = new Random(3);
    double[][] rows = new double[3][];
    Arrays.setAll(rows, _ -> random.doubles(16, 1, 9).toArray());
    Cluster cluster = Cluster.of(2, 4, 20);
    ModelShape model = ModelShape.of(3, 16, 4, 4, 2);
    Placement together = plan(PlacementRequest.of(model, cluster).withLoad(Load.of(16, rows)), 0.2);
    for (int layer = 0; layer < rows.length; layer++) {
      Placement alone = plan(request(16, 4, 4, 2, cluster, rows[layer]), 0.2);
      assertThat(together.physicalToLogical(layer)).isEqualTo(alone.physicalToLogical(0));
    }
  }

  @Test
  void theSpreadItTellsIsThatOfThePlacement() {
    PlacementRequest request = request(8, 4, 2, 2, Cluster.of(2, 4, 10), 9, 3, 5, 6, 2, 8, 4, 1);
    PlacementResult result = STRATEGY.place(weighing(request, 0.05));
    NodeSpread spread =
        NodeSpread.of(
            result.placement(), request.requireLoad(), request.model(), request.cluster());
    assertThat(Double.parseDouble(result.decision().facts().get("spread.mean")))
        .isCloseTo(spread.spread(), within(1e-6));
  }
}

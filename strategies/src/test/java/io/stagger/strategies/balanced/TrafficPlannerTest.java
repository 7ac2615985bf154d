package io.stagger.strategies.balanced;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The search for less traffic from a given plan. */
class TrafficPlannerTest {

  private static final double WEIGHT = 0.2;
  private static final Cluster CLUSTER = Cluster.of(2, 6, 30);
  private static final ModelShape MODEL = ModelShape.of(1, 24, 8, 4, 4);

  private static double costWith(long effort, double... load) {
    CountedRanks ranks = CountedRanks.of(CLUSTER, MODEL.experts());
    Packing packing = ranks.emptyPacking();
    PlainLayer.deal(packing, load);
    GroupLoads groups = new GroupLoads(packing, MODEL, CLUSTER.nodes(), ranks.nodes());
    TrafficPlanner planner =
        new TrafficPlanner(groups, ranks.emptyPacking(), ranks.emptyPacking(), WEIGHT, effort);
    planner.improve(0);
    PlainLayer.of(packing).assertIs(packing);
    IntStream.range(0, MODEL.groups()).forEach(groups::count);
    double ideal = IntStream.range(0, load.length).mapToDouble(e -> load[e]).sum() / 6;
    return planner.busiest() / ideal - 1 + WEIGHT * (groups.spread() - 1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void isNeverWorseWithMoreEffort(long seed) {
    double[] load = new Random(seed).doubles(MODEL.experts()).map(x -> Math.exp(3 * x)).toArray();
    double before = Double.POSITIVE_INFINITY;
    for (long effort = 0; effort < 1 << 20; effort = 2 * effort + 100) {
      double cost = costWith(effort, load);
      assertThat(cost).as("effort %d", effort).isLessThanOrEqualTo(before + 1e-9);
      before = cost;
    }
    assertThat(before).isLessThan(costWith(0, load));
  }
}

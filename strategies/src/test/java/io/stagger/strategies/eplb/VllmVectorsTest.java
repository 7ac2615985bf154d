package io.stagger.strategies.eplb;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.Balance;
import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.strategy.Options;
import io.stagger.api.strategy.PlacementRequest;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What vLLM's balancer gives for the inputs of its own tests, its sort made stable; and the load of
 * the busiest rank in each layer.
 */
class VllmVectorsTest {

  private static Placement place(double[][] load, int slots, int groups, int nodes, int ranks) {
    return new EplbStrategy().place(request(load, slots, groups, nodes, ranks)).placement();
  }

  private static PlacementRequest request(
      double[][] load, int slots, int groups, int nodes, int ranks) {
    int experts = load[0].length;
    // A group count that does not divide the experts means nothing to a model, nor to the global
    // policy.
    int modelGroups = experts % groups == 0 ? groups : 1;
    ModelShape model = ModelShape.of(load.length, experts, 1, modelGroups, 1);
    return PlacementRequest.of(model, Cluster.of(nodes, ranks, slots))
        .withLoad(Load.of(experts, load))
        .withOptions(Options.defaults(new EplbStrategy().options()));
  }

  static List<Arguments> vectors() {
    double[][] readme = {
      {90, 132, 40, 61, 104, 165, 39, 4, 73, 56, 183, 86},
      {20, 107, 104, 64, 19, 197, 187, 157, 172, 86, 16, 27}
    };
    double[][] ramps = {
      {10, 20, 30, 40, 50, 60}, {60, 50, 40, 30, 20, 10}, {25, 25, 25, 25, 25, 25}
    };
    double[][] sixteen = {{50, 100, 75, 120, 90, 60, 80, 110, 40, 70, 95, 85, 65, 55, 45, 35}};
    double[][] mixed = {{100, 50, 200, 75, 150, 25, 300, 80}};
    double[][] opposite = {{200, 150, 100, 50, 25, 12}, {12, 25, 50, 100, 150, 200}};
    double[][] four = {{10, 20, 30, 40}};
    return List.of(
        vector(
            "the exact test",
            readme,
            16,
            4,
            2,
            8,
            "156.0 179.5",
            "5 6 5 7 8 4 3 4 10 9 10 2 0 1 11 1",
            "7 10 6 8 6 11 8 9 2 4 5 1 5 0 3 1"),
        vector("one rank", four, 4, 1, 1, 1, "100", "3 2 1 0"),
        vector(
            "flat",
            new double[][] {{50, 50, 50, 50, 50, 50, 50, 50}},
            8,
            2,
            2,
            4,
            "100",
            "0 2 1 3 4 6 5 7"),
        vector(
            "ramps",
            ramps,
            8,
            2,
            2,
            4,
            "80 80 37.5",
            "1 0 2 2 4 5 3 5",
            "1 0 2 0 4 5 3 3",
            "1 0 2 0 4 3 5 3"),
        vector("global", new double[][] {ramps[0]}, 8, 3, 2, 4, "55", "3 0 2 4 5 4 5 1"),
        vector("two ranks", four, 6, 2, 1, 2, "50", "3 3 0 1 2 2"),
        vector(
            "four nodes",
            sixteen,
            24,
            8,
            4,
            8,
            "155",
            "3 14 15 3 2 2 9 6 8 7 7 6 12 10 11 13 10 11 5 1 4 0 1 4"),
        vector(
            "extreme",
            new double[][] {{1000, 1, 1, 1, 1, 1, 1, 1}},
            12,
            2,
            2,
            4,
            "667.67",
            "0 0 3 0 1 2 6 4 4 7 5 5"),
        vector("odd groups", four, 8, 3, 2, 4, "26.67", "2 1 2 1 3 3 3 0"),
        vector("small hierarchical", mixed, 12, 4, 2, 4, "280", "6 6 7 0 6 1 2 3 4 2 4 5"),
        vector(
            "opposite",
            opposite,
            10,
            3,
            1,
            2,
            "270.33 270.33",
            "1 0 0 2 5 1 0 2 3 4",
            "4 5 5 3 0 4 5 2 3 1"));
  }

  private static Arguments vector(
      String name,
      double[][] load,
      int slots,
      int groups,
      int nodes,
      int ranks,
      String busiest,
      String... rows) {
    return Arguments.of(name, request(load, slots, groups, nodes, ranks), busiest, List.of(rows));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("vectors")
  void equalsVllm(String name, PlacementRequest request, String busiest, List<String> rows) {
    Placement placement = new EplbStrategy().place(request).placement();
    double[] most = Arrays.stream(busiest.split(" ")).mapToDouble(Double::parseDouble).toArray();
    Balance balance = Balance.of(placement, request.requireLoad(), request.cluster());
    for (int layer = 0; layer < rows.size(); layer++) {
      int[] expected =
          Arrays.stream(rows.get(layer).split(" ")).mapToInt(Integer::parseInt).toArray();
      assertThat(placement.physicalToLogical(layer)).isEqualTo(expected);
      assertThat(balance.busiest(layer)).isEqualTo(most[layer], Offset.offset(0.01));
    }
  }

  @Test
  void replicaCountsOfThePublishedHardInstanceAreVllms() {
    Placement placement = place(new double[][] {{600, 560, 120, 120, 20, 10, 10, 10}}, 16, 1, 1, 8);
    assertThat(placement.replicaCounts(0)).containsExactly(5, 5, 1, 1, 1, 1, 1, 1);
  }

  @Test
  void idleLayerGivesEveryCopyToTheFirstExpert() {
    Placement placement = place(new double[][] {new double[8]}, 12, 1, 1, 4);
    assertThat(placement.replicaCounts(0)).containsExactly(5, 1, 1, 1, 1, 1, 1, 1);
  }

  @Test
  void slotsThatRanksDoNotDivideArePlacedWhereVllmStops() {
    Placement placement = place(new double[][] {{10, 20, 30, 40}}, 7, 1, 1, 4);
    assertThat(placement.replicaCounts(0)).containsExactly(1, 2, 2, 2);
  }
}

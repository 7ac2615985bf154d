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
import java.util.stream.DoubleStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What vLLM's balancer gives for the inputs of its own tests, once its sort is made stable. */
class VllmVectorsTest {

  private static PlacementRequest request(
      String load, int slots, int groups, int nodes, int ranks) {
    double[][] counts = rows(load);
    int experts = counts[0].length;
    // vLLM passes some group counts that don't divide the experts; it then uses neither.
    int modelGroups = experts % groups == 0 ? groups : 1;
    ModelShape model = ModelShape.of(counts.length, experts, 1, modelGroups, 1);
    return PlacementRequest.of(model, Cluster.of(nodes, ranks, slots))
        .withLoad(Load.of(experts, counts))
        .withOptions(Options.defaults(new EplbStrategy().options()));
  }

  private static double[][] rows(String text) {
    return Arrays.stream(text.split("/"))
        .map(row -> Arrays.stream(row.strip().split(" +")).mapToDouble(Double::parseDouble))
        .map(DoubleStream::toArray)
        .toArray(double[][]::new);
  }

  private static int[] integers(double[] row) {
    return Arrays.stream(row).mapToInt(number -> (int) number).toArray();
  }

  @ParameterizedTest(name = "{0}: {2} slots, {3} groups, {4} nodes, {5} ranks")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # name   | load | slots | groups | nodes | ranks | busiest rank | expert of each slot
          readme   | 90 132 40 61 104 165 39 4 73 56 183 86 / 20 107 104 64 19 197 187 157 172 86 16 27 \
                   | 16 | 4 | 2 | 8 | 156.0 179.5 \
                   | 5 6 5 7 8 4 3 4 10 9 10 2 0 1 11 1 / 7 10 6 8 6 11 8 9 2 4 5 1 5 0 3 1
          one rank | 10 20 30 40 | 4 | 1 | 1 | 1 | 100 | 3 2 1 0
          flat     | 50 50 50 50 50 50 50 50 | 8 | 2 | 2 | 4 | 100 | 0 2 1 3 4 6 5 7
          ramps    | 10 20 30 40 50 60 / 60 50 40 30 20 10 / 25 25 25 25 25 25 \
                   | 8 | 2 | 2 | 4 | 80 80 37.5 \
                   | 1 0 2 2 4 5 3 5 / 1 0 2 0 4 5 3 3 / 1 0 2 0 4 3 5 3
          global   | 10 20 30 40 50 60 | 8 | 3 | 2 | 4 | 55 | 3 0 2 4 5 4 5 1
          twice    | 10 20 30 40 | 6 | 2 | 1 | 2 | 50 | 3 3 0 1 2 2
          4 nodes  | 50 100 75 120 90 60 80 110 40 70 95 85 65 55 45 35 | 24 | 8 | 4 | 8 | 155 \
                   | 3 14 15 3 2 2 9 6 8 7 7 6 12 10 11 13 10 11 5 1 4 0 1 4
          extreme  | 1000 1 1 1 1 1 1 1 | 12 | 2 | 2 | 4 | 667.67 | 0 0 3 0 1 2 6 4 4 7 5 5
          odd      | 10 20 30 40 | 8 | 3 | 2 | 4 | 26.67 | 2 1 2 1 3 3 3 0
          small    | 100 50 200 75 150 25 300 80 | 12 | 4 | 2 | 4 | 280 | 6 6 7 0 6 1 2 3 4 2 4 5
          opposite | 200 150 100 50 25 12 / 12 25 50 100 150 200 | 10 | 3 | 1 | 2 | 270.33 270.33 \
                   | 1 0 0 2 5 1 0 2 3 4 / 4 5 5 3 0 4 5 2 3 1
          """)
  void equalsVllm(
      String name,
      String load,
      int slots,
      int groups,
      int nodes,
      int ranks,
      String busiest,
      String expected) {
    PlacementRequest request = request(load, slots, groups, nodes, ranks);
    Placement placement = new EplbStrategy().place(request).placement();
    Balance balance = Balance.of(placement, request.requireLoad(), request.cluster());
    for (int layer = 0; layer < placement.layers(); layer++) {
      assertThat(placement.physicalToLogical(layer)).isEqualTo(integers(rows(expected)[layer]));
      assertThat(balance.busiest(layer)).isEqualTo(rows(busiest)[0][layer], Offset.offset(0.01));
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "a published hard instance, 600 560 120 120 20 10 10 10, 16, 8, 5 5 1 1 1 1 1 1",
    "an idle layer, 0 0 0 0 0 0 0 0, 12, 4, 5 1 1 1 1 1 1 1"
  })
  void replicaCountsAreVllms(String name, String load, int slots, int ranks, String counts) {
    Placement placement = new EplbStrategy().place(request(load, slots, 1, 1, ranks)).placement();
    assertThat(placement.replicaCounts(0)).isEqualTo(integers(rows(counts)[0]));
  }

  @Test
  void slotsThatRanksDoNotDivideArePlacedWhereVllmStops() {
    PlacementRequest request = request("10 20 30 40", 7, 1, 1, 4);
    Placement placement = new EplbStrategy().place(request).placement();
    assertThat(placement.replicaCounts(0)).containsExactly(1, 2, 2, 2);
  }
}

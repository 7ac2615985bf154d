package io.stagger.strategies;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.Balance;
import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.LoadBound;
import io.stagger.api.ModelShape;
import io.stagger.api.strategy.Options;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.strategies.balanced.BalancedStrategy;
import io.stagger.strategies.eplb.EplbStrategy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every load of the reference data under each strategy that needs no more than a load, on one node:
 * imbalance, mean over the layers and worst layer. Prints the table of docs/strategies.
 */
@Tag("sweep")
class StrategiesSweepTest {

  private static final List<PlacementStrategy> STRATEGIES =
      List.of(
          new LinearStrategy(), new ZigzagStrategy(), new EplbStrategy(), new BalancedStrategy());

  /** Imbalances of a group of layers. */
  private static final class Cell {
    private int layers;
    private double sum;
    private double worst;

    void add(double imbalance) {
      layers++;
      sum += imbalance;
      worst = Math.max(worst, imbalance);
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%.4f / %.3f", sum / layers, worst);
    }
  }

  @Test
  void printsWhatEachStrategyMakesOfEveryLoad() {
    Map<String, Map<String, Cell>> table = new LinkedHashMap<>();
    for (LoadCase recorded : LoadCase.recorded()) {
      for (Cluster cluster : recorded.clusters()) {
        String row =
            "| %s | %d on %d "
                .formatted(recorded.name(), cluster.layout().slots(), cluster.ranks());
        measure(table.computeIfAbsent(row, _ -> new LinkedHashMap<>()), recorded.load(), cluster);
      }
    }
    table.forEach((row, cells) ->
        System.out.println(
            cells.values().stream()
                .map(Cell::toString)
                .collect(Collectors.joining(" | ", row + "| ", " |"))));
    assertThat(table).isNotEmpty();
  }

  private static void measure(Map<String, Cell> cells, Load load, Cluster cluster) {
    ModelShape model = ModelShape.of(load.layers(), load.experts(), 1, 1, 1);
    double[] bound = LoadBound.busiest(load, cluster);
    for (PlacementStrategy strategy : STRATEGIES) {
      PlacementRequest request =
          PlacementRequest.of(model, cluster)
              .withLoad(load)
              .withOptions(Options.defaults(strategy.options()));
      Balance balance = Balance.of(strategy.place(request).placement(), load, cluster);
      Cell cell = cells.computeIfAbsent(strategy.name(), _ -> new Cell());
      for (int layer = 0; layer < load.layers(); layer++) {
        assertThat(balance.busiest(layer)).isGreaterThanOrEqualTo(bound[layer] * (1 - 1e-9));
        cell.add(balance.imbalance(layer));
      }
    }
    Cell cell = cells.computeIfAbsent("bound", _ -> new Cell());
    for (int layer = 0; layer < load.layers(); layer++) {
      double mean = load.total(layer) / cluster.ranks();
      cell.add(bound[layer] / mean - 1);
    }
  }
}

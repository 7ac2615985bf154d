package io.stagger.strategies.balanced;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.Balance;
import io.stagger.api.Cluster;
import io.stagger.api.Load;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Effort buys quality. */
class BalancedEffortTest {

  private static Load lognormal(long seed, int layers, int experts) {
    Random random = new Random(seed);
    double[][] rows = new double[layers][experts];
    for (double[] row : rows) {
      for (int expert = 0; expert < experts; expert++) {
        row[expert] = Math.exp(random.nextGaussian());
      }
    }
    return Load.of(experts, rows);
  }

  @ParameterizedTest
  @CsvSource({"1, 64, 96, 32", "2, 64, 64, 16", "3, 16, 32, 16", "4, 60, 90, 30", "5, 24, 96, 8"})
  void moreIsNeverWorse(long seed, int experts, int slots, int ranks) {
    Load load = lognormal(seed, 6, experts);
    Cluster cluster = Cluster.of(1, ranks, slots);
    Balance before = Plans.balance(load, cluster, Plans.thorough(0));
    for (long effort : new long[] {1, 3, 10, 30, 100, 300}) {
      Balance after = Plans.balance(load, cluster, Plans.thorough(effort));
      for (int layer = 0; layer < load.layers(); layer++) {
        assertThat(after.busiest(layer))
            .as("seed %d, effort %d, layer %d", seed, effort, layer)
            .isLessThanOrEqualTo(before.busiest(layer) * (1 + 1e-9));
      }
      before = after;
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 64, 96, 32", "3, 16, 32, 16"})
  void muchIsBetterThanNone(long seed, int experts, int slots, int ranks) {
    Load load = lognormal(seed, 6, experts);
    Cluster cluster = Cluster.of(1, ranks, slots);
    assertThat(Plans.balance(load, cluster, Plans.thorough(100)).imbalance())
        .isLessThan(0.5 * Plans.balance(load, cluster, Plans.thorough(0)).imbalance());
  }

  @ParameterizedTest
  @CsvSource({"0.1", "0.01", "0.001"})
  void toleranceIsUsedButKept(double tolerance) {
    Load load = lognormal(8, 20, 256);
    Cluster cluster = Cluster.of(1, 16, 288);
    Balance balance = Plans.balance(load, cluster, Plans.defaults().with("tolerance", tolerance));
    assertThat(balance.worstImbalance()).isLessThanOrEqualTo(tolerance * (1 + 1e-9));
  }
}

package io.stagger.strategies.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stagger.api.Cluster;
import io.stagger.api.SlotLayout;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SharesTest {

  private static final int LAYERS = 4;

  /** Levels of 2, 3, 4 and 6 slots. */
  private static final Levels LEVELS = Levels.of(Cluster.of(1, SlotLayout.of(3, 3)), 2);

  @Test
  void findsTheOptimumWhereEveryStepFits() {
    for (long seed = 1; seed <= 50; seed++) {
      double[][] busiest = shrinking(new Random(seed));
      for (double[] layer : busiest) {
        // So that no step takes more than one slot.
        layer[3] = layer[2];
      }
      for (int slots = 8; slots <= 16; slots++) {
        int[] levels = new Shares(busiest, new double[LAYERS], LEVELS).share(slots, 0);
        assertThat(sum(busiest, levels))
            .as("seed %d, %d slots", seed, slots)
            .isCloseTo(optimum(busiest, new int[LAYERS], 0, slots), within(1e-9));
      }
    }
  }

  @Test
  void neverSharesOutMoreThanThereIs() {
    for (long seed = 1; seed <= 50; seed++) {
      double[][] busiest = shrinking(new Random(seed));
      for (int slots = 8; slots <= 24; slots++) {
        int[] levels = new Shares(busiest, new double[LAYERS], LEVELS).share(slots, 0);
        assertThat(Arrays.stream(levels).map(LEVELS::slots).sum()).isLessThanOrEqualTo(slots);
      }
    }
  }

  @Test
  void givesTiesToTheLowestLayer() {
    double[][] busiest = {{4, 2, 1, 1}, {4, 2, 1, 1}, {4, 2, 1, 1}, {4, 2, 1, 1}};
    assertThat(new Shares(busiest, new double[LAYERS], LEVELS).share(10, 0))
        .containsExactly(1, 1, 0, 0);
  }

  @Test
  void stepsOverALevelThatGainsNothingToOneThatDoes() {
    double[][] busiest = {{4, 4, 0, 0}, {4, 3, 3, 3}, {1, 1, 1, 1}, {1, 1, 1, 1}};
    assertThat(new Shares(busiest, new double[LAYERS], LEVELS).share(10, 0))
        .containsExactly(2, 0, 0, 0);
  }

  /** Each step gains no more than the one before. */
  private static double[][] shrinking(Random random) {
    double[][] busiest = new double[LAYERS][LEVELS.count()];
    for (double[] layer : busiest) {
      double[] gains = random.doubles(layer.length - 1, 0.01, 10).sorted().toArray();
      for (int level = layer.length - 2; level >= 0; level--) {
        layer[level] = layer[level + 1] + gains[layer.length - 2 - level];
      }
    }
    return busiest;
  }

  private static double sum(double[][] busiest, int[] levels) {
    return IntStream.range(0, LAYERS).mapToDouble(layer -> busiest[layer][levels[layer]]).sum();
  }

  /** By trying every choice of levels. */
  private static double optimum(double[][] busiest, int[] levels, int layer, int slots) {
    if (layer == LAYERS) {
      int used = Arrays.stream(levels).map(LEVELS::slots).sum();
      return used <= slots ? sum(busiest, levels) : Double.POSITIVE_INFINITY;
    }
    double best = Double.POSITIVE_INFINITY;
    for (int level = 0; level < LEVELS.count(); level++) {
      levels[layer] = level;
      best = Math.min(best, optimum(busiest, levels, layer + 1, slots));
    }
    levels[layer] = 0;
    return best;
  }
}

package io.stagger.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two slots on each rank. */
class PairBoundTest {

  private static double sharpest(int ranks, double... ascending) {
    return LoadBound.on(Cluster.of(1, ranks, 2 * ranks)).sharpest(ascending);
  }

  private static double[] ascending(Random random, int experts, double spread) {
    return random
        .doubles(experts)
        .map(u -> Math.round(1000 * Math.exp(spread * u)))
        .sorted()
        .toArray();
  }

  @Test
  void isTheOptimumWithoutRedundancy() {
    assertThat(sharpest(3, 1, 2, 3, 4, 8, 9)).isEqualTo(10);
    assertThat(sharpest(2, 4, 5, 6, 9)).isEqualTo(13);
  }

  @Test
  void countsAHeavyReplicaAgainstALightOne() {
    // Whatever is not beside 1 must be beside a half of one that is split: 3 1, 3 1.5, 3 1.5.
    assertThat(sharpest(3, 1, 3, 3, 3, 3)).isEqualTo(4.5, within(2e-3));
  }

  @Test
  void dividesByTheSpeedThatRanksHave() {
    double[] weights = ascending(new Random(3), 40, 3);
    Cluster cluster = Cluster.of(1, 24, 48);
    double[] speeds = new double[24];
    Arrays.fill(speeds, 4);
    assertThat(LoadBound.on(cluster.withSpeeds(speeds)).sharpest(weights))
        .isEqualTo(LoadBound.on(cluster).sharpest(weights) / 4, within(1e-6));
  }

  @Test
  void isForEquallyFastRanksAlone() {
    double[] weights = ascending(new Random(3), 40, 3);
    Cluster cluster = Cluster.of(1, 24, 48);
    double[] speeds = new double[24];
    Arrays.fill(speeds, 1);
    speeds[0] = 1.5;
    LoadBound uneven = LoadBound.on(cluster.withSpeeds(speeds));
    assertThat(uneven.sharpest(weights)).isEqualTo(uneven.busiest(weights));
  }

  /** The oracle tries all replica numbers and pairs the heaviest with the lightest. */
  @ParameterizedTest
  @CsvSource({"1, 0.5", "2, 2", "3, 4", "4, 6"})
  void isNeverAboveTheOptimum(long seed, double spread) {
    Random random = new Random(seed);
    for (int round = 0; round < 100; round++) {
      int ranks = 2 + random.nextInt(5);
      int experts = Math.min(2 * ranks, 1 + random.nextInt(6));
      double[] weights = ascending(random, experts, spread);
      double optimum = optimum(weights, new int[experts], 0, 2 * ranks);
      assertThat(sharpest(ranks, weights))
          .as("seed %d, round %d: %s on %d ranks", seed, round, Arrays.toString(weights), ranks)
          .isLessThanOrEqualTo(optimum * (1 + 1e-9));
    }
  }

  private static double optimum(double[] weights, int[] counts, int expert, int left) {
    if (expert == weights.length) {
      return folded(weights, counts, left);
    }
    double best = Double.POSITIVE_INFINITY;
    int others = weights.length - expert - 1;
    for (int count = 1; count <= left - others; count++) {
      counts[expert] = count;
      best = Math.min(best, optimum(weights, counts, expert + 1, left - count));
    }
    return best;
  }

  private static double folded(double[] weights, int[] counts, int empty) {
    int slots = empty + Arrays.stream(counts).sum();
    double[] replicas = new double[slots];
    int at = 0;
    for (int expert = 0; expert < weights.length; expert++) {
      Arrays.fill(replicas, at, at += counts[expert], weights[expert] / counts[expert]);
    }
    Arrays.sort(replicas);
    double busiest = 0;
    for (int i = 0; i < slots / 2; i++) {
      busiest = Math.max(busiest, replicas[i] + replicas[slots - 1 - i]);
    }
    return busiest;
  }

  /** The heaviest replicas are split, then folded: a placement, so no bound may be above it. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void liesBetweenTheQuickBoundAndAPlacementForManyExperts(long seed) {
    double[] weights = ascending(new Random(seed), 128, 4);
    int[] counts = new int[128];
    Arrays.fill(counts, 1);
    for (int spare = 0; spare < 16; spare++) {
      int heaviest = 0;
      for (int expert = 1; expert < 128; expert++) {
        double share = weights[expert] / counts[expert];
        heaviest = share > weights[heaviest] / counts[heaviest] ? expert : heaviest;
      }
      counts[heaviest]++;
    }
    double quick = LoadBound.on(Cluster.of(1, 72, 144)).busiest(weights);
    assertThat(sharpest(72, weights)).isStrictlyBetween(quick, folded(weights, counts, 0));
  }

  @Test
  void standsExtremeWeights() {
    assertThat(sharpest(4, 0, 0, 0, 0)).isZero();
    assertThat(sharpest(4, 0, 0, 0, 1e300)).isEqualTo(2e299, within(1e299));
    assertThat(sharpest(4, 1e-300, 1, 1e300)).isFinite();
  }
}

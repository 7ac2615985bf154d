package io.stagger.strategies.balanced;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stagger.api.Cluster;
import io.stagger.api.SlotLayout;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What folding says of replica counts is so, and it only changes them for the better. */
class FoldTest {

  /**
   * The experts by descending share, the packing's counts being those that the greedy rule gives.
   */
  private static int[] replicated(Packing packing) {
    int[] order = IntStream.range(0, packing.experts).toArray();
    HeaviestFirst heaviestFirst = new HeaviestFirst(packing.experts);
    heaviestFirst.sort(order, 0, order.length, packing.weight);
    new Replication(packing).replicate(order);
    heaviestFirst.sort(order, 0, order.length, packing.share);
    return order;
  }

  private static Packing random(Random random) {
    int ranks = 3 + random.nextInt(6);
    int experts = 3 + random.nextInt(2 * ranks - 3);
    Packing packing = CountedRanks.of(Cluster.of(1, ranks, 2 * ranks), experts).emptyPacking();
    Arrays.setAll(packing.weight, expert -> 1 + random.nextInt(100));
    return packing;
  }

  @ParameterizedTest
  @ValueSource(longs = {5, 6, 7})
  void tellsTheLeastThatPairsCanCome(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 100; round++) {
      Packing packing = random(random);
      Budget budget = new Budget();
      int[] order = replicated(packing);
      double told = new Fold(packing, budget).improve(order, 0);
      assertThat(told)
          .as("seed %d, round %d: %s", seed, round, Arrays.toString(packing.count))
          .isCloseTo(leastOfAllPairings(packing), within(1e-9 * told));
    }
  }

  /** Of all ways to pair replicas of different experts, what the heaviest pair weighs at least. */
  private static double leastOfAllPairings(Packing packing) {
    int[] expert =
        IntStream.range(0, packing.experts)
            .flatMap(e -> IntStream.generate(() -> e).limit(packing.count[e]))
            .toArray();
    return least(packing, expert, new boolean[expert.length]);
  }

  private static double least(Packing packing, int[] expert, boolean[] used) {
    int first = 0;
    while (first < used.length && used[first]) {
      first++;
    }
    if (first == used.length) {
      return 0;
    }
    used[first] = true;
    double least = Double.POSITIVE_INFINITY;
    for (int other = first + 1; other < used.length; other++) {
      boolean same = other > first + 1 && !used[other - 1] && expert[other] == expert[other - 1];
      if (!used[other] && expert[other] != expert[first] && !same) {
        used[other] = true;
        double sum = packing.share[expert[first]] + packing.share[expert[other]];
        least = Math.min(least, Math.max(sum, least(packing, expert, used)));
        used[other] = false;
      }
    }
    used[first] = false;
    return least;
  }

  @Test
  void findsThatTheHeaviestShouldHaveFewerReplicas() {
    Packing packing = CountedRanks.of(Cluster.of(1, 8, 16), 12).emptyPacking();
    double[] readme = {20, 107, 104, 64, 19, 197, 187, 157, 172, 86, 16, 27};
    System.arraycopy(readme, 0, packing.weight, 0, 12);
    Budget budget = new Budget();
    budget.reset(10_000);
    assertThat(new Fold(packing, budget).improve(replicated(packing), 0)).isEqualTo(172);
    assertThat(budget.isSpent()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(longs = {8, 9})
  void isNeverWorseWithMoreSteps(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 50; round++) {
      Packing packing = random(random);
      double before = Double.POSITIVE_INFINITY;
      for (long steps : new long[] {0, 50, 200, 1000, 5000}) {
        Budget budget = new Budget();
        budget.reset(steps);
        double after = new Fold(packing, budget).improve(replicated(packing), 0);
        assertThat(after).as("seed %d, round %d", seed, round).isLessThanOrEqualTo(before);
        assertThat(Arrays.stream(packing.count).sum()).isEqualTo(packing.slots());
        before = after;
      }
    }
  }

  @Test
  void isForRanksWithTwoSlotsThatAreEquallyFast() {
    assertThat(Fold.fits(CountedRanks.of(Cluster.of(1, 3, 6), 4).emptyPacking())).isTrue();
    assertThat(Fold.fits(CountedRanks.of(Cluster.of(1, SlotLayout.of(2, 3)), 4).emptyPacking()))
        .isFalse();
    assertThat(Fold.fits(CountedRanks.of(Cluster.of(1, 2, 4).withSpeeds(1, 2), 3).emptyPacking()))
        .isFalse();
  }
}

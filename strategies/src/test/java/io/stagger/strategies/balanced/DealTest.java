package io.stagger.strategies.balanced;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The deal is Graham's rule, as a plain scan over all ranks states it. */
class DealTest {

  /** Divisible by every count of replicas that occurs, so that all sums are exact. */
  private static final int UNIT = 27_720;

  private static final int MOST_RANKS = 12;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void givesEachReplicaToTheRankThatIsDoneFirst(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 25; round++) {
      assertFollowsTheRule(random, speeds(random, random.nextBoolean()));
    }
  }

  @Test
  void looksAtSpeedsWhereverTheyDiffer() {
    Random random = new Random(9);
    for (int odd = 0; odd < 3; odd++) {
      double[] speeds = {1, 1, 1};
      speeds[odd] = 4;
      assertFollowsTheRule(random, speeds);
    }
  }

  private static double[] speeds(Random random, boolean equal) {
    int ranks = 1 + random.nextInt(MOST_RANKS);
    // Powers of two: products are exact.
    return random.ints(ranks, 0, equal ? 1 : 3).mapToDouble(p -> Math.scalb(1.0, p)).toArray();
  }

  private static void assertFollowsTheRule(Random random, double[] speeds) {
    int experts = 2 + random.nextInt(12);
    int[] capacities = capacities(random, experts, speeds.length);
    Packing packing = new Packing(experts, capacities, speeds);
    Arrays.setAll(packing.weight, expert -> UNIT * (double) random.nextInt(8));
    int[] order = IntStream.range(0, experts).toArray();
    new HeaviestFirst(experts).sort(order, 0, experts, packing.weight);
    new Replication(packing).replicate(order);
    new HeaviestFirst(experts).sort(order, 0, experts, packing.share);
    List<Set<Integer>> expected = byTheRule(packing, order, capacities);
    new Deal(packing).deal(order);
    PlainLayer dealt = PlainLayer.of(packing);
    assertThat(dealt.ranks()).isEqualTo(expected);
    dealt.assertIs(packing);
  }

  private static int[] capacities(Random random, int experts, int ranks) {
    int[] capacities = new int[ranks];
    Arrays.setAll(capacities, rank -> 1 + random.nextInt(experts));
    for (int rank = 0; Arrays.stream(capacities).sum() < experts; rank = (rank + 1) % ranks) {
      capacities[rank] = Math.min(experts, capacities[rank] + 1);
    }
    return capacities;
  }

  private static List<Set<Integer>> byTheRule(Packing packing, int[] order, int[] capacities) {
    int[] count = packing.count.clone();
    List<Set<Integer>> ranks = new ArrayList<>();
    for (int capacity : capacities) {
      assertThat(capacity).isPositive();
      ranks.add(new TreeSet<>());
    }
    double[] load = new double[capacities.length];
    for (int expert : order) {
      count[expert] = Math.min(count[expert], withRoom(ranks, capacities));
      double share = packing.weight[expert] / count[expert];
      for (int i = 0; i < count[expert]; i++) {
        int rank = firstDone(packing, ranks, capacities, load, expert, share);
        ranks.get(rank).add(expert);
        load[rank] += share;
      }
    }
    fill(packing, ranks, capacities, count);
    return ranks;
  }

  private static int withRoom(List<Set<Integer>> ranks, int[] capacities) {
    return (int)
        IntStream.range(0, capacities.length)
            .filter(rank -> ranks.get(rank).size() < capacities[rank])
            .count();
  }

  private static int firstDone(
      Packing packing,
      List<Set<Integer>> ranks,
      int[] capacities,
      double[] load,
      int expert,
      double share) {
    int first = -1;
    double least = Double.POSITIVE_INFINITY;
    for (int rank = 0; rank < capacities.length; rank++) {
      double done = (load[rank] + share) * packing.slowness[rank];
      boolean free = ranks.get(rank).size() < capacities[rank] && !ranks.get(rank).contains(expert);
      if (free && done < least) {
        first = rank;
        least = done;
      }
    }
    return first;
  }

  /** What no rank took goes to the heaviest replicas that the ranks with room lack. */
  private static void fill(
      Packing packing, List<Set<Integer>> ranks, int[] capacities, int[] count) {
    for (int rank = 0; rank < capacities.length; rank++) {
      while (ranks.get(rank).size() < capacities[rank]) {
        int heaviest = -1;
        for (int expert = 0; expert < count.length; expert++) {
          boolean heavier =
              heaviest < 0
                  || packing.weight[expert] / count[expert]
                      > packing.weight[heaviest] / count[heaviest];
          if (!ranks.get(rank).contains(expert) && heavier) {
            heaviest = expert;
          }
        }
        ranks.get(rank).add(heaviest);
        count[heaviest]++;
      }
    }
  }
}

package io.stagger.strategies.balanced;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Slots to spare go, one by one, where a replica carries the most. */
class ReplicationTest {

  private static Packing packing(int experts, int ranks, int slots, double... weights) {
    int[] capacities = new int[ranks];
    Arrays.setAll(capacities, rank -> slots / ranks + (rank < slots % ranks ? 1 : 0));
    double[] speeds = new double[ranks];
    Arrays.fill(speeds, 1);
    Packing packing = new Packing(experts, capacities, speeds);
    System.arraycopy(weights, 0, packing.weight, 0, experts);
    return packing;
  }

  private static int[] heaviestFirst(Packing packing) {
    int[] order = IntStream.range(0, packing.experts).toArray();
    new HeaviestFirst(packing.experts).sort(order, 0, order.length, packing.weight);
    return order;
  }

  /** All experts are looked at for every slot. */
  private static int[] shareOut(Packing packing, int[] count, int spare) {
    for (int i = 0; i < spare; i++) {
      int heaviest = -1;
      for (int expert = 0; expert < count.length; expert++) {
        boolean heavier =
            heaviest < 0
                || packing.weight[expert] / count[expert]
                    > packing.weight[heaviest] / count[heaviest];
        if (count[expert] < packing.ranks && heavier) {
          heaviest = expert;
        }
      }
      if (heaviest >= 0) {
        count[heaviest]++;
      }
    }
    return count;
  }

  private static void assertCounts(Packing packing, int... expected) {
    assertThat(packing.count).containsExactly(expected);
    for (int expert = 0; expert < packing.experts; expert++) {
      assertThat(packing.share[expert]).isEqualTo(packing.weight[expert] / expected[expert]);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void isWhatLookingAtAllExpertsForEverySlotGives(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 40; round++) {
      Packing packing = anyPacking(random);
      int[] order = heaviestFirst(packing);
      int considered = new Replication(packing).replicate(order);
      int[] single = new int[packing.experts];
      Arrays.fill(single, 1);
      assertCounts(packing, shareOut(packing, single, packing.slots() - packing.experts));
      assertReplicatedComeFirst(packing, order, 0, considered);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void leavesTheHeaviestTheCountItIsGiven(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 40; round++) {
      Packing packing = anyPacking(random);
      int[] order = heaviestFirst(packing);
      int spare = packing.slots() - packing.experts;
      int given = 1 + random.nextInt(Math.min(packing.ranks, spare + 1));
      int considered = new Replication(packing).replicate(order, given);
      assertCounts(packing, withGiven(packing, order[0], given, spare + 1 - given));
      assertReplicatedComeFirst(packing, order, 1, considered);
    }
  }

  private static int[] withGiven(Packing packing, int heaviest, int given, int spare) {
    int[] count = new int[packing.experts];
    Arrays.fill(count, 1);
    // As many as there are ranks: it gets no more.
    count[heaviest] = packing.ranks;
    shareOut(packing, count, spare);
    count[heaviest] = given;
    return count;
  }

  private static Packing anyPacking(Random random) {
    int experts = 1 + random.nextInt(12);
    int ranks = 1 + random.nextInt(Math.min(6, experts));
    int slots = experts + random.nextInt(experts * (ranks - 1) + 1);
    // Few weights: many are equal, and some are nothing.
    double[] weights = random.ints(experts, 0, 9).asDoubleStream().toArray();
    return packing(experts, ranks, slots, weights);
  }

  private static void assertReplicatedComeFirst(
      Packing packing, int[] order, int from, int considered) {
    for (int i = from; i < order.length; i++) {
      assertThat(packing.count[order[i]] > 1).as("expert %d", order[i]).isEqualTo(i < considered);
    }
  }

  @Test
  void equalReplicasGoToTheLowestId() {
    Packing packing = packing(4, 3, 6, 5, 10, 5, 5);
    new Replication(packing).replicate(heaviestFirst(packing));
    assertCounts(packing, 2, 2, 1, 1);
  }

  @Test
  void doesNotGiveAnExpertMoreReplicasThanThereAreRanks() {
    Packing packing = packing(3, 3, 7, 1000, 2, 1);
    new Replication(packing).replicate(heaviestFirst(packing));
    assertCounts(packing, 3, 3, 1);
  }

  @Test
  void leavesSlotsOverThatNoOtherExpertMayHave() {
    Packing packing = packing(2, 2, 4, 9, 1);
    int considered = new Replication(packing).replicate(heaviestFirst(packing), 1);
    assertCounts(packing, 1, 2);
    assertThat(considered).isEqualTo(2);
  }

  @Test
  void beginsAnewWithEachLayer() {
    Packing packing = packing(3, 3, 5, 9, 1, 1);
    Replication replication = new Replication(packing);
    replication.replicate(heaviestFirst(packing));
    assertCounts(packing, 3, 1, 1);
    System.arraycopy(new double[] {1, 1, 9}, 0, packing.weight, 0, 3);
    replication.replicate(heaviestFirst(packing));
    assertCounts(packing, 1, 1, 3);
  }
}

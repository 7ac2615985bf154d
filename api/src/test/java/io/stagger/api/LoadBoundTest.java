package io.stagger.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoadBoundTest {

  private static double bound(Cluster cluster, double... counts) {
    return LoadBound.busiest(Load.of(counts.length, new double[][] {counts}), cluster)[0];
  }

  @Test
  void isTheMeanWhereReplicasMaySpreadTheHeaviest() {
    // vLLM's "extreme" input: the bound, and a placement that comes within 0.1 % of it, are known.
    assertThat(bound(Cluster.of(2, 4, 12), 1000, 1, 1, 1, 1, 1, 1, 1)).isEqualTo(251.75);
  }

  @Test
  void isNotAboveTheKnownOptimumOfFlashLbsInstance() {
    double bound = bound(Cluster.of(1, 8, 16), 600, 560, 120, 120, 20, 10, 10, 10);
    assertThat(bound).isEqualTo(1450 / 8.0).isLessThanOrEqualTo(196.667);
  }

  @Test
  void isNotAboveTheKnownOptimaOfTheEplbReadme() {
    Cluster cluster = Cluster.of(2, 8, 16);
    assertThat(bound(cluster, 90, 132, 40, 61, 104, 165, 39, 4, 73, 56, 183, 86))
        .isBetween(131.99, 136.0);
    assertThat(bound(cluster, 20, 107, 104, 64, 19, 197, 187, 157, 172, 86, 16, 27))
        .isBetween(144.5, 172.0);
  }

  @Test
  void isTheHeaviestReplicaWhereSlotsAreFew() {
    // Three slots of one rank each: the heavy expert has two of them at best.
    assertThat(bound(Cluster.of(1, 3, 3), 12, 0)).isEqualTo(6);
    // 10 10 9 and five slots: 5 5 5 5 9 is the best there is, and the fifth slot's load stays.
    assertThat(bound(Cluster.of(1, 5, 5), 10, 10, 9)).isEqualTo(9);
  }

  @Test
  void isTheHeaviestWithItsLightestCompanyWhereNoSlotIsToSpare() {
    assertThat(bound(Cluster.of(1, 2, 4), 10, 1, 2, 1)).isEqualTo(11);
    assertThat(bound(Cluster.of(1, 2, 6), 1, 1, 9, 3, 2, 1)).isEqualTo(11);
  }

  @Test
  void letsTheHeaviestBeAloneWhereARankHasOneSlot() {
    assertThat(bound(Cluster.of(1, SlotLayout.of(3, 1)), 10, 1, 2, 1)).isEqualTo(10);
  }

  @Test
  void asksForNoCompanyWhereASlotMayStayEmpty() {
    assertThat(bound(Cluster.of(1, SlotLayout.of(3, 2)), 10, 5, 5, 5)).isEqualTo(12.5);
  }

  @Test
  void givesTheHeaviestToTheFastest() {
    Cluster cluster = Cluster.of(1, 2, 4).withSpeeds(1, 2);
    assertThat(bound(cluster, 10, 1, 2, 1)).isEqualTo(5.5);
    assertThat(bound(Cluster.of(1, SlotLayout.of(1, 3)).withSpeeds(1, 2), 100, 1, 1, 1))
        .isEqualTo(51);
  }

  @Test
  void weighsAReplicaByTheSpeedOfSlowRanks() {
    Cluster slow = Cluster.of(1, 3, 3).withSpeeds(0.5, 0.5, 0.5);
    assertThat(bound(slow, 12, 0)).isEqualTo(12);
  }

  @Test
  void countsOnlyRanksThatAreUpAndHaveSlots() {
    Cluster cluster = Cluster.of(1, SlotLayout.of(2, 0, 2)).withSpeeds(1, 1000, 1);
    assertThat(bound(cluster, 4, 4, 4, 4)).isEqualTo(8);
    Cluster oneDown = Cluster.of(1, SlotLayout.of(4, 4, 4)).withRanksDown(1);
    assertThat(bound(oneDown, 3, 3, 3, 3)).isEqualTo(6);
  }

  @Test
  void isZeroWithoutLoadAndWithoutSlots() {
    assertThat(bound(Cluster.of(1, 2, 4), 0, 0, 0)).isZero();
    assertThat(bound(Cluster.of(1, 2, 0), 5, 5)).isZero();
    assertThat(LoadBound.busiest(Load.uniform(0, 4, 1), Cluster.of(1, 2, 4))).isEmpty();
  }

  @Test
  void endsItsSearchBeforeItHasSpentMoreSlotsThanHelp() {
    Load load = Load.uniform(ModelShape.MAX_LAYERS, 4, 3);
    double[] bounds = LoadBound.busiest(load, Cluster.of(1, 2, SlotLayout.MAX_SLOTS));
    assertThat(bounds).hasSize(4096).containsOnly(6);
  }

  @Test
  void boundsEachLayerByItself() {
    Load load = Load.of(2, new double[][] {{2, 2}, {6, 0}, {0, 0}});
    assertThat(LoadBound.busiest(load, Cluster.of(1, 2, 2))).containsExactly(2, 6, 0);
    assertThat(load.layer(1)).as("the load keeps its order").containsExactly(6, 0);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 3", "3, 1000"})
  void isNeverAboveTheExhaustiveOptimum(long seed, int largest) {
    Random random = new Random(seed);
    for (int round = 0; round < 60; round++) {
      Cluster cluster = random(random);
      int experts = 1 + random.nextInt(Math.min(4, cluster.usableSlots()));
      double[] counts = random.ints(experts, 0, largest + 1).asDoubleStream().toArray();
      double optimum = exhaustiveOptimum(cluster, counts);
      assertThat(bound(cluster, counts))
          .as("seed %d, round %d: %s, %s", seed, round, cluster, Arrays.toString(counts))
          .isLessThanOrEqualTo(optimum * (1 + 1e-12));
    }
  }

  @Test
  void isTheOptimumWhereEachRankHasOneSlot() {
    long seed = 99;
    Random random = new Random(seed);
    for (int round = 0; round < 60; round++) {
      int ranks = 1 + random.nextInt(6);
      double[] counts =
          random.ints(1 + random.nextInt(Math.min(4, ranks)), 0, 50).asDoubleStream().toArray();
      Cluster cluster = Cluster.of(1, ranks, ranks);
      assertThat(bound(cluster, counts))
          .as("seed %d, round %d", seed, round)
          .isEqualTo(exhaustiveOptimum(cluster, counts), within(1e-9));
    }
  }

  private static Cluster random(Random random) {
    int[] slots;
    do {
      slots = random.ints(1 + random.nextInt(4), 0, 4).toArray();
    } while (Arrays.stream(slots).sum() > 6 || slots[0] == 0);
    Cluster cluster = Cluster.of(1, SlotLayout.of(slots));
    if (random.nextBoolean()) {
      cluster = cluster.withSpeeds(random.doubles(slots.length, 0.25, 4).toArray());
    }
    if (slots.length > 1 && random.nextInt(3) == 0) {
      cluster = cluster.withRanksDown(slots.length - 1);
    }
    return cluster;
  }

  /** Tries every expert, and nothing, in every slot of the ranks that are up. */
  private static double exhaustiveOptimum(Cluster cluster, double[] counts) {
    int[] slotRank = Arrays.stream(cluster.layout().rankOfSlots()).filter(cluster::isUp).toArray();
    double best = Double.POSITIVE_INFINITY;
    long cases = Math.round(Math.pow(counts.length + 1.0, slotRank.length));
    int[] held = new int[slotRank.length];
    for (long number = 0; number < cases; number++) {
      long rest = number;
      int[] replicas = new int[counts.length];
      for (int slot = 0; slot < held.length; slot++) {
        held[slot] = (int) (rest % (counts.length + 1)) - 1;
        rest /= counts.length + 1;
        if (held[slot] >= 0) {
          replicas[held[slot]]++;
        }
      }
      if (Arrays.stream(replicas).allMatch(count -> count > 0)) {
        best = Math.min(best, busiest(cluster, counts, slotRank, held, replicas));
      }
    }
    return best;
  }

  private static double busiest(
      Cluster cluster, double[] counts, int[] slotRank, int[] held, int[] replicas) {
    double[] work = new double[cluster.ranks()];
    for (int slot = 0; slot < held.length; slot++) {
      if (held[slot] >= 0) {
        work[slotRank[slot]] +=
            counts[held[slot]] / replicas[held[slot]] / cluster.speed(slotRank[slot]);
      }
    }
    return Arrays.stream(work).max().orElse(0);
  }
}

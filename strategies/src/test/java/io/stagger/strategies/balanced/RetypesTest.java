package io.stagger.strategies.balanced;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The change of counts that is found is the best of all that relieve the rank. */
class RetypesTest {

  private static final double ROUNDING = 1e-9;

  private final Budget budget = new Budget();

  private static Rest rest(Packing packing) {
    Rest rest = new Rest(packing.slots());
    rest.tick();
    return rest;
  }

  /**
   * The least work of the busiest rank whose load changes, over all changes of a spare replica on a
   * rank into one of an expert that the rank lacks: any on the busy rank itself, and elsewhere
   * those that give one of the busy rank's experts a further replica.
   */
  private static double leastByTryingAll(PlainLayer plain, int experts, int busy) {
    double least = Double.POSITIVE_INFINITY;
    for (int rank = 0; rank < plain.ranks().size(); rank++) {
      for (int former : plain.ranks().get(rank)) {
        for (int expert = 0; expert < experts; expert++) {
          boolean allowed = plain.count(former) > 1 && !plain.holds(rank, expert);
          if (allowed && (rank == busy || plain.holds(busy, expert))) {
            PlainLayer then = plain.with(rank, former, expert);
            least = Math.min(least, busiestOfChanged(plain, then, former, expert));
          }
        }
      }
    }
    return least;
  }

  private static double busiestOfChanged(PlainLayer plain, PlainLayer then, int one, int other) {
    return IntStream.range(0, plain.ranks().size())
        .filter(r -> plain.holds(r, one) || plain.holds(r, other))
        .mapToDouble(then::work)
        .max()
        .orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void isTheBestOfAllThatRelieveTheRank(long seed) {
    Random random = new Random(seed);
    int found = 0;
    for (int round = 0; round < 30; round++) {
      int experts = 3 + random.nextInt(8);
      Packing packing = PlainLayer.dealt(random, experts, 2 + random.nextInt(4), true);
      unsettle(packing, random);
      int busy = packing.busiest();
      double below = packing.work(busy) * (1 - ROUNDING);
      double least = leastByTryingAll(PlainLayer.of(packing), experts, busy);
      Retypes retypes = new Retypes(packing, budget, rest(packing));
      assertThat(retypes.find(busy, below)).isEqualTo(least < below);
      if (least < below) {
        found++;
        assertThat(retypes.work()).isCloseTo(least, within(ROUNDING * (1 + least)));
        assertChanges(packing, retypes);
      }
    }
    assertThat(found).isPositive();
  }

  /** Changes some counts, so that there is something to gain by changing them. */
  private static void unsettle(Packing packing, Random random) {
    for (int i = 0; i < 6; i++) {
      int replica = random.nextInt(packing.slots());
      int expert = random.nextInt(packing.experts);
      if (packing.count[packing.expertOf[replica]] > 1
          && !packing.holds(packing.rankOf[replica], expert)) {
        packing.retype(replica, expert);
      }
    }
    packing.orderRanks();
  }

  private static void assertChanges(Packing packing, Retypes retypes) {
    PlainLayer before = PlainLayer.of(packing);
    retypes.apply();
    PlainLayer after = PlainLayer.of(packing);
    after.assertIs(packing);
    int former = -1;
    int expert = -1;
    for (int e = 0; e < packing.experts; e++) {
      former = after.count(e) < before.count(e) ? e : former;
      expert = after.count(e) > before.count(e) ? e : expert;
    }
    double busiest = busiestOfChanged(before, after, former, expert);
    assertThat(retypes.work()).isCloseTo(busiest, within(ROUNDING * (1 + busiest)));
  }

  /** Rank 0 has 9 of 12, and a spare replica of expert 0 lies elsewhere. */
  private static Packing nineOfTwelve() {
    return PlainLayer.laid(
        new double[] {0, 9, 1, 2}, new int[] {1, 0}, new int[] {2, 0}, new int[] {3, 0});
  }

  @Test
  void givesAnExpertOfTheBusyRankAReplicaElsewhere() {
    Packing packing = nineOfTwelve();
    Retypes retypes = new Retypes(packing, budget, rest(packing));
    assertThat(retypes.find(0, 9)).isTrue();
    assertThat(retypes.work()).isEqualTo(5.5);
    retypes.apply();
    assertThat(PlainLayer.of(packing).ranks())
        .containsExactly(Set.of(0, 1), Set.of(1, 2), Set.of(0, 3));
  }

  @Test
  void replacesASpareReplicaOnTheBusyRankByALighterOne() {
    // Expert 0 lies on both ranks; without its replica on rank 0 that has 6 + 1 / 2 of 15.
    Packing packing = PlainLayer.laid(new double[] {6, 7, 1}, new int[] {0, 1}, new int[] {0, 2});
    Retypes retypes = new Retypes(packing, budget, rest(packing));
    assertThat(retypes.find(0, 10)).isTrue();
    assertThat(retypes.work()).isEqualTo(7.5);
    retypes.apply();
    assertThat(PlainLayer.of(packing).ranks()).containsExactly(Set.of(1, 2), Set.of(0, 2));
  }

  @Test
  void whatIsNotBelowIsNotFound() {
    Packing packing = nineOfTwelve();
    Retypes retypes = new Retypes(packing, budget, rest(packing));
    assertThat(retypes.find(0, 5.5)).isFalse();
    assertThat(retypes.find(0, 5.6)).isTrue();
  }

  @Test
  void leavesWhatRestsWhatItIs() {
    Packing packing = nineOfTwelve();
    Rest rest = rest(packing);
    Retypes retypes = new Retypes(packing, budget, rest);
    retypes.find(0, 9);
    retypes.rest();
    assertThat(IntStream.range(0, 6).filter(rest::rests).count()).isEqualTo(1);
    // The next best: the replica on the other rank.
    assertThat(retypes.find(0, 9)).isTrue();
    assertThat(retypes.work()).isEqualTo(6.5);
    retypes.rest();
    assertThat(retypes.find(0, 9)).isFalse();
  }

  @Test
  void spendsTwoStepsForEachChangeAndALittleForLooking() {
    double[] weights = new double[32];
    weights[0] = 9;
    int[] all = IntStream.range(0, 32).toArray();
    Packing packing = PlainLayer.laid(weights, all, new int[] {1});
    budget.reset(1000);
    new Retypes(packing, budget, rest(packing)).find(0, 9);
    // All 32 on rank 0 but expert 1, which has both ranks, look for a donor: 31 times 2. Expert 1's
    // replica on rank 1 may become one of any other: 31 changes. For the one spare replica on rank
    // 0 a lighter expert is looked for, in vain: 2.
    assertThat(budget.spent()).isEqualTo(31 * 2 + 31 * 2 + 2);
  }

  @Test
  void findsNothingWithoutASpareReplica() {
    Packing packing = PlainLayer.laid(new double[] {5, 4, 3}, new int[] {0, 1}, new int[] {2});
    assertThat(new Retypes(packing, budget, rest(packing)).find(0, 9)).isFalse();
  }
}

package io.stagger.strategies.balanced;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The exchange that is found is legal, and the best there is where none is forbidden. */
class SwapsTest {

  private final Budget budget = new Budget();

  private static Rest rest(Packing packing) {
    Rest rest = new Rest(packing.slots());
    rest.tick();
    return rest;
  }

  /** The least work of the busier of two ranks after any exchange between a rank and another. */
  private static double leastByTryingAll(PlainLayer plain, int rank) {
    double least = Double.POSITIVE_INFINITY;
    for (int other = 0; other < plain.ranks().size(); other++) {
      if (other != rank) {
        least = Math.min(least, leastByTryingAll(plain, rank, other));
      }
    }
    return least;
  }

  private static double leastByTryingAll(PlainLayer plain, int rank, int other) {
    double least = Double.POSITIVE_INFINITY;
    for (int given : plain.ranks().get(rank)) {
      for (int received : plain.ranks().get(other)) {
        if (!plain.holds(rank, received) && !plain.holds(other, given)) {
          PlainLayer then = plain.with(rank, given, received).with(other, received, given);
          least = Math.min(least, Math.max(then.work(rank), then.work(other)));
        }
      }
    }
    return least;
  }

  /** Applies what was found; it must be the exchange that it was said to be. */
  private static void assertExchanges(Packing packing, Swaps swaps, int rank) {
    PlainLayer before = PlainLayer.of(packing);
    swaps.apply();
    PlainLayer after = PlainLayer.of(packing);
    after.assertIs(packing);
    int[] changed =
        IntStream.range(0, packing.ranks)
            .filter(r -> !before.ranks().get(r).equals(after.ranks().get(r)))
            .toArray();
    assertThat(changed).hasSize(2).contains(rank);
    double busier = Math.max(after.work(changed[0]), after.work(changed[1]));
    assertThat(swaps.work()).isCloseTo(busier, within(1e-9 * (1 + busier)));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void isTheBestOfAllWhereNoExpertIsReplicated(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 20; round++) {
      int experts = 4 + random.nextInt(12);
      Packing packing = PlainLayer.dealt(random, experts, 2 + random.nextInt(4), false);
      shuffle(packing, random);
      int rank = packing.busiest();
      double before = packing.work(rank);
      double least = leastByTryingAll(PlainLayer.of(packing), rank);
      Swaps swaps = new Swaps(packing, budget, rest(packing));
      assertThat(swaps.find(rank, before, 0)).isEqualTo(least < before);
      if (least < before) {
        assertThat(swaps.work()).isEqualTo(least);
        assertExchanges(packing, swaps, rank);
      }
    }
  }

  /** Dealt well, there would be little to relieve. */
  private static void shuffle(Packing packing, Random random) {
    for (int i = 0; i < 20; i++) {
      int rank = random.nextInt(packing.ranks);
      int other = random.nextInt(packing.ranks);
      if (rank != other) {
        packing.swap(packing.first[rank], rank, packing.first[other], other);
      }
    }
    packing.orderRanks();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void neverPutsAnExpertTwiceOnARank(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 30; round++) {
      Packing packing = PlainLayer.dealt(random, 4 + random.nextInt(8), 3, true);
      int rank = random.nextInt(packing.ranks);
      double least = leastByTryingAll(PlainLayer.of(packing), rank);
      Swaps swaps = new Swaps(packing, budget, rest(packing));
      if (swaps.find(rank, Double.POSITIVE_INFINITY, 0)) {
        assertThat(swaps.work()).isGreaterThanOrEqualTo(least * (1 - 1e-9));
        assertExchanges(packing, swaps, rank);
      }
    }
  }

  @Test
  void mayMoveAReplicaToARankThatLacksTheExpert() {
    // Expert 0 lies on ranks 0 and 1; expert 1 rests.
    Packing packing =
        PlainLayer.laid(
            new double[] {12, 1, 1, 2}, new int[] {0, 1}, new int[] {0}, new int[] {2, 3});
    Rest rest = rest(packing);
    rest.of(packing.head[1]);
    Swaps swaps = new Swaps(packing, budget, rest);
    assertThat(swaps.find(0, Double.POSITIVE_INFINITY, 0)).isTrue();
    swaps.apply();
    assertThat(PlainLayer.of(packing).ranks())
        .containsExactly(Set.of(1, 3), Set.of(0), Set.of(0, 2));
  }

  @Test
  void mayReceiveAReplicaOfAnExpertThatTheRankLacks() {
    Packing packing =
        PlainLayer.laid(
            new double[] {8, 9, 1, 2}, new int[] {1, 2}, new int[] {0}, new int[] {0, 3});
    Rest rest = rest(packing);
    rest.of(packing.head[3]);
    Swaps swaps = new Swaps(packing, budget, rest);
    assertThat(swaps.find(0, 10, 0)).isTrue();
    swaps.apply();
    assertThat(PlainLayer.of(packing).ranks())
        .containsExactly(Set.of(0, 2), Set.of(1), Set.of(0, 3));
  }

  @Test
  void findsNothingWhereEveryExchangeMakesItWorse() {
    Packing packing =
        PlainLayer.laid(new double[] {5, 4, 3, 2}, new int[] {0, 3}, new int[] {1, 2});
    assertThat(new Swaps(packing, budget, rest(packing)).find(0, 7, 0)).isFalse();
  }

  private static Packing twelveAgainstThree() {
    // 8 for 2, or 4 for 1, brings the 12 down to 9.
    return PlainLayer.laid(new double[] {8, 4, 2, 1}, new int[] {0, 1}, new int[] {2, 3});
  }

  @Test
  void whatIsNotBelowIsNotFound() {
    Packing packing = twelveAgainstThree();
    Swaps swaps = new Swaps(packing, budget, rest(packing));
    assertThat(swaps.find(0, 9, 0)).isFalse();
    assertThat(swaps.find(0, 9.5, 0)).isTrue();
    assertThat(swaps.work()).isEqualTo(9);
  }

  @Test
  void isSatisfiedWithEnough() {
    // With the last rank, the idlest, the 20 of the first can come to 19; with the other to 16.
    Packing packing =
        PlainLayer.laid(
            new double[] {14, 6, 9, 2, 5, 5}, new int[] {0, 1}, new int[] {2, 3}, new int[] {4, 5});
    Swaps swaps = new Swaps(packing, budget, rest(packing));
    assertThat(swaps.find(0, 20, 19)).isTrue();
    assertThat(swaps.work()).isEqualTo(19);
    assertThat(swaps.find(0, 20, 18.5)).isTrue();
    assertThat(swaps.work()).isEqualTo(16);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void leavesWhatRestsWhereItIs(int resting) {
    Packing packing = twelveAgainstThree();
    Rest rest = rest(packing);
    rest.of(packing.head[resting]);
    Swaps swaps = new Swaps(packing, budget, rest);
    assertThat(swaps.find(0, 12, 0)).isTrue();
    swaps.apply();
    boolean firstPairRests = resting == 0 || resting == 2;
    assertThat(PlainLayer.of(packing).ranks().getFirst())
        .isEqualTo(firstPairRests ? Set.of(0, 3) : Set.of(2, 1));
  }

  @Test
  void bothThatWereExchangedRest() {
    Packing packing = twelveAgainstThree();
    Rest rest = rest(packing);
    Swaps swaps = new Swaps(packing, budget, rest);
    swaps.find(0, 12, 0);
    swaps.rest();
    assertThat(IntStream.range(0, 4).filter(r -> rest.rests(packing.head[r])).count()).isEqualTo(2);
    PlainLayer before = PlainLayer.of(packing);
    swaps.apply();
    for (int expert = 0; expert < 4; expert++) {
      boolean moved = before.holds(0, expert) != PlainLayer.of(packing).holds(0, expert);
      assertThat(rest.rests(packing.head[expert])).isEqualTo(moved);
    }
  }

  @Test
  void spendsAStepForEachReplicaItLooksAt() {
    Packing packing =
        PlainLayer.laid(new double[] {8, 4, 2, 1, 0}, new int[] {0, 1}, new int[] {2, 3, 4});
    budget.reset(100);
    new Swaps(packing, budget, rest(packing)).find(0, Double.POSITIVE_INFINITY, 0);
    assertThat(budget.spent()).isEqualTo(5);
  }

  @Test
  void spendsNothingOnARankThatCannotHelp() {
    // Together they have 14; no exchange brings both below 7.
    Packing packing =
        PlainLayer.laid(new double[] {5, 4, 3, 2}, new int[] {0, 1}, new int[] {2, 3});
    budget.reset(100);
    assertThat(new Swaps(packing, budget, rest(packing)).find(0, 7, 0)).isFalse();
    assertThat(budget.spent()).isZero();
  }
}

package io.stagger.strategies.steady;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stagger.api.Placement;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a holding keeps up to date is what a count from scratch gives. */
class HoldingTest {

  private static final int[] CAPACITIES = {3, 1, 4, 2};
  private static final double[] SPEEDS = {1, 2, 0.5, 1};

  private static Holding holding(int experts) {
    return new Holding(experts, CAPACITIES, SPEEDS);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void loadsSharesAndMovesAreThoseOfTheSlots(long seed) {
    Random random = new Random(seed);
    Holding holding = holding(6);
    int[] before = {0, 1, 2, 3, 3, 4, 5, 0, 1, Placement.EMPTY};
    holding.begin(before, random.doubles(6, 0, 10).toArray());
    for (int step = 0; step < 200; step++) {
      int slot = random.nextInt(holding.slots);
      int wanted = random.nextInt(6);
      if (holding.isSpare(slot) && !holding.holds(holding.rankOf[slot], wanted)) {
        holding.overwrite(slot, wanted);
      }
      swapIfAllowed(holding, random.nextInt(holding.slots), random.nextInt(holding.slots));
      assertConsistent(holding, before, "seed " + seed + ", step " + step);
    }
  }

  private static void swapIfAllowed(Holding holding, int one, int other) {
    int expert = holding.expert[one];
    int otherExpert = holding.expert[other];
    boolean allowed =
        expert != Placement.EMPTY
            && otherExpert != Placement.EMPTY
            && !holding.holds(holding.rankOf[other], expert)
            && !holding.holds(holding.rankOf[one], otherExpert);
    if (allowed) {
      holding.rearrange(new int[] {one, other}, new int[] {otherExpert, expert}, 2);
    }
  }

  private static void assertConsistent(Holding holding, int[] before, String when) {
    double[] load = new double[holding.ranks];
    int moves = 0;
    for (int rank = 0; rank < holding.ranks; rank++) {
      int[] had = Arrays.copyOfRange(before, holding.first[rank], holding.first[rank + 1]);
      for (int slot = holding.first[rank]; slot < holding.first[rank + 1]; slot++) {
        int expert = holding.expert[slot];
        if (expert != Placement.EMPTY) {
          long replicas = Arrays.stream(holding.expert).filter(e -> e == expert).count();
          load[rank] += holding.weight[expert] / replicas;
          moves += Arrays.stream(had).anyMatch(e -> e == expert) ? 0 : 1;
          assertThat(holding.holds(rank, expert)).as(when).isTrue();
        }
      }
    }
    assertThat(holding.load).as(when).usingComparatorWithPrecision(1e-9).containsExactly(load);
    assertThat(holding.moves()).as(when).isEqualTo(moves);
  }

  @Test
  void anExpertThatComesBackIsNoMove() {
    Holding holding = holding(4);
    holding.begin(new int[] {0, 1, 2, 3, 0, 1, 2, 3, 0, 1}, new double[] {1, 1, 1, 1});
    holding.overwrite(3, 0);
    assertThat(holding.moves()).isOne();
    holding.overwrite(3, 3);
    assertThat(holding.moves()).isZero();
  }

  @Test
  void whatIsTwiceOnARankIsNoMoveIfItWasSoBefore() {
    Holding holding = holding(3);
    int[] twice = {0, 0, 1, 2, 0, 1, 2, Placement.EMPTY, 1, 1};
    holding.begin(twice, new double[] {4, 3, 1});
    assertThat(holding.moves()).isZero();
    assertThat(holding.load[0]).isCloseTo(4 * 2 / 3.0 + 3 / 4.0, within(1e-12));
    holding.begin(new int[] {0, 1, 2, 2, 0, 1, 2, Placement.EMPTY, 1, 0}, new double[] {4, 3, 1});
    holding.reset(twice);
    // The second 0 of the first rank, and the second 1 of the last.
    assertThat(holding.moves()).isEqualTo(2);
  }

  @Test
  void theBusiestRankIsTheOneThatTakesLongest() {
    Holding holding = holding(4);
    holding.begin(new int[] {0, 1, 2, 3, -1, -1, -1, -1, -1, -1}, new double[] {1, 1, 1, 8});
    assertThat(holding.busiest()).isEqualTo(4);
  }
}

package io.stagger.strategies.steady;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stagger.api.Balance;
import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.Options;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.strategies.RankTable;
import io.stagger.testkit.PlacementStrategyContract;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Steady keeps the contract and its budget, is never worse than staying, and restores the lost. */
class SteadyStrategyTest extends PlacementStrategyContract {

  private static final double ROUNDING = 1e-9;

  @Override
  protected PlacementStrategy strategy() {
    return new SteadyStrategy();
  }

  @Override
  protected Options options(PlacementRequest request) {
    return super.options(request).with(SteadyStrategy.EFFORT, 1L);
  }

  /** A search takes a while on the largest requests; these are enough to have every kind. */
  @Override
  protected int requests() {
    return 40;
  }

  private static Load lognormal(Random random, int layers, int experts) {
    double[][] rows = new double[layers][experts];
    for (double[] row : rows) {
      for (int expert = 0; expert < experts; expert++) {
        row[expert] = Math.exp(random.nextGaussian());
      }
    }
    return Load.of(experts, rows);
  }

  /** A cluster of uneven ranks, some of which may be slower than others. */
  private static Cluster uneven(Random random, int experts) {
    int[] slots = random.ints(2 + random.nextInt(6), 1, 6).toArray();
    int missing = experts - Arrays.stream(slots).sum();
    slots[0] += Math.max(0, missing);
    Cluster cluster = Cluster.of(1, SlotLayout.of(slots));
    return random.nextBoolean()
        ? cluster
        : cluster.withSpeeds(random.doubles(slots.length, 0.5, 2).toArray());
  }

  private static Placement place(SlotLayout layout, int experts, int... row) {
    return Placement.of(layout, experts, new int[][] {row});
  }

  @Test
  void withoutAPreviousPlacementItSaysThatItFellBack() {
    Load load = Load.of(4, new double[][] {{4, 3, 2, 1}});
    Cluster cluster = Cluster.of(1, 2, 4);
    PlacementResult answer =
        strategy().place(Plans.request(load, cluster).withOptions(Plans.budget(0.1)));
    assertThat(answer.decision().outcome()).isEqualTo(Decision.Outcome.FALLBACK);
    assertThat(answer.decision().effective()).isEqualTo("balanced");
    assertThat(answer.decision().reason()).isEqualTo("NO_PREVIOUS_PLACEMENT");
    assertThat(answer.placement()).isEqualTo(Plans.full(load, cluster));
  }

  @Test
  void withoutABudgetEverythingStays() {
    Random random = new Random(1);
    Cluster cluster = Cluster.of(1, 8, 40);
    Placement before = Plans.full(lognormal(random, 3, 32), cluster);
    assertThat(Plans.plan(before, lognormal(random, 3, 32), cluster, Plans.budget(0)).placement())
        .isEqualTo(before);
  }

  @Test
  void aFreeSlotGetsAReplicaOfTheBusiestRanksExpert() {
    SlotLayout layout = SlotLayout.of(2, 2);
    Load load = Load.of(3, new double[][] {{8, 1, 1}});
    Placement before = place(layout, 3, 0, 1, 2, Placement.EMPTY);
    PlacementResult answer = Plans.plan(before, load, Cluster.of(1, layout), Plans.budget(0.25));
    assertThat(RankTable.of(answer.placement(), 0)).isEqualTo("0 1 / 2 0");
    assertThat(answer.decision().facts()).containsEntry("moves", "1");
  }

  @Test
  void anOverwrittenSlotIsOneMoveAndTheOthersStayWhereTheyAre() {
    SlotLayout layout = SlotLayout.of(2, 2);
    Load load = Load.of(3, new double[][] {{1, 8, 1}});
    // Expert 0 lies on both ranks; expert 1 alone makes the second rank busy.
    Placement before = place(layout, 3, 2, 0, 0, 1);
    Placement after =
        Plans.plan(before, load, Cluster.of(1, layout), Plans.budget(0.25)).placement();
    assertThat(RankTable.of(after, 0)).isEqualTo("2 1 / 0 1");
  }

  @Test
  void withoutSlotsToSpareExpertsAreExchanged() {
    SlotLayout layout = SlotLayout.of(2, 2);
    Load load = Load.of(4, new double[][] {{4, 3, 2, 1}});
    Placement before = place(layout, 4, 0, 1, 2, 3);
    Placement after =
        Plans.plan(before, load, Cluster.of(1, layout), Plans.budget(0.5)).placement();
    assertThat(Balance.of(after, load, Cluster.of(1, layout)).busiest(0)).isEqualTo(5);
    assertThat(Plans.moves(before, after)).isEqualTo(2);
  }

  @Test
  void expertsThatWereOnNoOtherRankComeBackWithoutABudget() {
    SlotLayout layout = SlotLayout.of(2, 2, 2);
    Cluster cluster = Cluster.of(1, layout).withRanksDown(2);
    Load load = Load.of(4, new double[][] {{4, 3, 2, 1}});
    Placement before = place(layout, 4, 0, 1, 2, 0, 3, 1);
    PlacementResult answer = Plans.plan(before, load, cluster, Plans.budget(0));
    // In the place of the first 0 it leaves 4 and 6, in that of the second 7 and 3.
    assertThat(RankTable.of(answer.placement(), 0)).isEqualTo("3 1 / 2 0 / -1 -1");
    assertThat(answer.decision().facts())
        .containsEntry("moves", "1")
        .containsEntry("moves.restoring", "1");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void keepsTheBudgetCountsAsAMigrationDoesAndIsNeverWorseThanStaying(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 40; round++) {
      int experts = 2 + random.nextInt(24);
      Cluster cluster = uneven(random, experts);
      Placement before = Plans.full(lognormal(random, 3, experts), cluster);
      Load load = lognormal(random, 3, experts);
      double moves = random.nextDouble();
      PlacementResult answer = Plans.plan(before, load, cluster, Plans.budget(moves));
      long made = Plans.moves(before, answer.placement());
      String what = "seed " + seed + ", round " + round + ": " + cluster;
      assertThat(made).as(what).isLessThanOrEqualTo((long) (moves * 3 * before.slots()));
      assertThat(answer.decision().facts())
          .as(what)
          .containsEntry("moves", Long.toString(made))
          .containsEntry("moves.restoring", "0");
      assertThat(Plans.imbalance(answer.placement(), load, cluster))
          .as(what)
          .isLessThanOrEqualTo(Plans.imbalance(before, load, cluster) + ROUNDING);
    }
  }

  @Test
  void moreBudgetIsNeverWorseAndAllOfItIsAsGoodAsAFullPlan() {
    Random random = new Random(5);
    Cluster cluster = Cluster.of(1, 8, 72);
    Placement before = Plans.full(lognormal(random, 4, 64), cluster);
    Load load = lognormal(random, 4, 64);
    double worst = Plans.imbalance(before, load, cluster);
    for (double moves : new double[] {0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1}) {
      double imbalance =
          Plans.imbalance(
              Plans.plan(before, load, cluster, Plans.budget(moves)).placement(), load, cluster);
      assertThat(imbalance).as("budget %s", moves).isLessThanOrEqualTo(worst + ROUNDING);
      worst = imbalance;
    }
    assertThat(worst)
        .isLessThanOrEqualTo(Plans.imbalance(Plans.full(load, cluster), load, cluster) + ROUNDING);
  }

  @Test
  void endsAtTheTargetThoughThereIsBudgetLeft() {
    Random random = new Random(6);
    Cluster cluster = Cluster.of(1, 8, 72);
    Placement before = Plans.full(lognormal(random, 6, 64), cluster);
    Load load = lognormal(random, 6, 64);
    Options options = Plans.budget(1).with(SteadyStrategy.TARGET, 0.1);
    Placement after = Plans.plan(before, load, cluster, options).placement();
    assertThat(Plans.imbalance(after, load, cluster)).isLessThanOrEqualTo(0.1);
    Placement unlimited = Plans.plan(before, load, cluster, Plans.budget(1)).placement();
    assertThat(Plans.moves(before, after)).isLessThan(Plans.moves(before, unlimited) / 3);
  }

  @Test
  void theBudgetGoesWhereAMoveGainsMost() {
    SlotLayout layout = SlotLayout.of(2, 2);
    Load load = Load.of(4, new double[][] {{4, 3.9, 4, 3.9}, {9, 8, 1, 1}});
    Placement before = Placement.of(layout, 4, new int[][] {{0, 2, 1, 3}, {0, 1, 2, 3}});
    Placement after =
        Plans.plan(before, load, Cluster.of(1, layout), Plans.budget(0.25)).placement();
    assertThat(after.physicalToLogical(0)).isEqualTo(before.physicalToLogical(0));
    assertThat(Balance.of(after, load, Cluster.of(1, layout)).busiest(1)).isEqualTo(10);
  }

  @Test
  void tellsHowFarFromTheBoundItIs() {
    SlotLayout layout = SlotLayout.of(2, 2);
    Load load = Load.of(4, new double[][] {{4, 3, 2, 1}});
    PlacementResult answer =
        Plans.plan(place(layout, 4, 0, 1, 2, 3), load, Cluster.of(1, layout), Plans.budget(0));
    // Staying is 7 where 5 is possible.
    assertThat(Double.parseDouble(answer.decision().facts().get("gap.worst")))
        .isCloseTo(0.4, within(1e-6));
  }
}

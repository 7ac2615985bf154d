package io.stagger.strategies.balanced;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.error.InvalidLoadException;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.strategies.RankTable;
import org.junit.jupiter.api.Test;

/** Balanced wastes no slot, copes with uneven clusters, and tells what it achieved. */
class BalancedStrategyTest {

  private final BalancedStrategy strategy = new BalancedStrategy();

  private static String place(Cluster cluster, double... counts) {
    Load load = Load.of(counts.length, new double[][] {counts});
    return RankTable.of(Plans.plan(load, cluster, Plans.defaults()).placement(), 0);
  }

  @Test
  void needsALoad() {
    PlacementRequest request =
        PlacementRequest.of(ModelShape.of(1, 4, 1, 1, 1), Cluster.of(1, 2, 4))
            .withOptions(Plans.defaults());
    assertThat(strategy.traits().needsLoad()).isTrue();
    assertThatThrownBy(() -> strategy.place(request))
        .isInstanceOf(InvalidLoadException.class)
        .hasMessageContaining("no load was given");
  }

  @Test
  void givesEqualExpertsInTheOrderOfTheirIds() {
    assertThat(place(Cluster.of(1, 2, 4), 5, 5, 5, 5)).isEqualTo("0 2 / 1 3");
    assertThat(place(Cluster.of(1, 2, 4), 0, 0, 0, 0)).isEqualTo("0 1 / 2 3");
  }

  @Test
  void replicatesTheHeaviestOnDifferentRanks() {
    assertThat(place(Cluster.of(1, 3, 6), 90, 1, 2, 3)).isEqualTo("0 3 / 0 2 / 0 1");
  }

  @Test
  void exchangesWhatDealingAloneLeavesUneven() {
    // Dealt heaviest first: 3 2 2 against 3 2, that is 7 and 5 of 12; exchanged: 6 and 6.
    assertThat(Plans.busiest(Cluster.of(1, 2, 6), Plans.defaults(), 3, 3, 2, 2, 2, 0)).isEqualTo(6);
  }

  @Test
  void leavesRanksThatAreDownEmpty() {
    assertThat(place(Cluster.of(1, 3, 6).withRanksDown(1), 8, 4, 2, 6))
        .isEqualTo("0 2 / -1 -1 / 1 3");
  }

  @Test
  void fillsUnevenRanksAndPassesOverThoseWithoutSlots() {
    assertThat(place(Cluster.of(1, SlotLayout.of(1, 0, 3)), 9, 3, 3, 3)).isEqualTo("0 /  / 1 2 3");
  }

  @Test
  void givesFastRanksMore() {
    Cluster cluster = Cluster.of(1, 2, 4).withSpeeds(1, 3);
    assertThat(place(cluster, 1, 2, 4, 5)).isEqualTo("0 1 / 2 3");
  }

  @Test
  void repeatsTheLightestOnARankWithMoreSlotsThanExperts() {
    assertThat(place(Cluster.of(1, SlotLayout.of(5, 2)), 6, 1, 8)).isEqualTo("0 1 1 1 2 / 0 2");
  }

  @Test
  void plansEachLayerByItself() {
    double[] hard = {7, 5, 4, 4, 3, 3, 2, 2, 1};
    double[] other = {1, 2, 3, 5, 8, 13, 21, 34, 55};
    Load alone = Load.of(9, new double[][] {hard});
    Load together = Load.of(9, new double[][] {other, hard, other, hard});
    Cluster cluster = Cluster.of(1, 3, 12);
    Placement of4 = Plans.plan(together, cluster, Plans.thorough(20)).placement();
    Placement of1 = Plans.plan(alone, cluster, Plans.thorough(20)).placement();
    assertThat(of4.physicalToLogical(1)).isEqualTo(of1.physicalToLogical(0));
    assertThat(of4.physicalToLogical(3)).isEqualTo(of1.physicalToLogical(0));
    assertThat(of4.physicalToLogical(2)).isEqualTo(of4.physicalToLogical(0));
  }

  @Test
  void tellsHowFarFromTheBoundItIs() {
    Load load = Load.of(4, new double[][] {{4, 3, 2, 1}, {8, 0, 0, 0}, {0, 0, 0, 0}});
    assertThat(Plans.plan(load, Cluster.of(1, 2, 4), Plans.defaults()).decision().facts())
        .containsEntry("gap.mean", "0.000000")
        .containsEntry("gap.worst", "0.000000")
        .containsKey("steps");
    Load uneven = Load.of(3, new double[][] {{3, 3, 2}, {1, 1, 0}});
    // The first layer's 3 3 / 2 is as good as can be: the mean is 4, and two must share a rank.
    assertThat(
            Plans.plan(uneven, Cluster.of(1, SlotLayout.of(2, 1)), Plans.defaults())
                .decision()
                .facts())
        .containsEntry("gap.worst", "0.000000");
  }

  @Test
  void theGapsAreThoseOfTheBusiestRanksToTheBounds() {
    // The first is 42 where the mean is 41.67, the second is at its bound, the third has none.
    double[] hard = {13, 1, 25, 26, 14, 8, 10, 4, 24};
    double[] even = {1, 1, 1, 1, 1, 1, 1, 1, 1};
    Load load = Load.of(9, new double[][] {hard, even, new double[9]});
    assertThat(Plans.plan(load, Cluster.of(1, 3, 9), Plans.defaults()).decision().facts())
        .containsEntry("gap.worst", "0.008000")
        .containsEntry("gap.mean", "0.002667");
  }

  @Test
  void theStepsAreThoseOfAllLayers() {
    double[] hard = {13, 1, 25, 26, 14, 8, 10, 4, 24};
    long one = steps(Load.of(9, new double[][] {hard}), 1);
    assertThat(steps(Load.of(9, new double[][] {hard, hard, hard}), 1)).isEqualTo(3 * one);
    // A layer of few slots has the budget of one of 256.
    assertThat(one).isBetween(256L, 276L);
    assertThat(steps(Load.of(9, new double[][] {hard}), 3)).isBetween(768L, 788L);
  }

  private static long steps(Load load, long effort) {
    var facts = Plans.plan(load, Cluster.of(1, 3, 9), Plans.thorough(effort)).decision().facts();
    return Long.parseLong(facts.get("steps"));
  }
}

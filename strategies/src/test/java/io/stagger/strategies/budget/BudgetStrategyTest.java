package io.stagger.strategies.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stagger.api.Balance;
import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.error.InvalidClusterException;
import io.stagger.api.strategy.Options;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.strategies.RankTable;
import io.stagger.strategies.balanced.BalancedStrategy;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Budget spends where it gains. */
class BudgetStrategyTest {

  /** A layer that is even as it is, one that a replica helps a little, one that it helps much. */
  private static final Load LOAD =
      Load.of(4, new double[][] {{5, 5, 5, 5}, {8, 4, 4, 4}, {14, 2, 2, 2}});

  private static final Cluster CLUSTER = Cluster.of(1, SlotLayout.of(3, 3, 3, 3));

  private static PlacementResult place(Load load, Cluster cluster, long slots, double gain) {
    PlacementStrategy strategy = new BudgetStrategy();
    Options options =
        Options.defaults(strategy.options())
            .with(BudgetStrategy.SLOTS, slots)
            .with(BudgetStrategy.GAIN, gain);
    return strategy.place(request(load, cluster, options));
  }

  private static PlacementRequest request(Load load, Cluster cluster, Options options) {
    ModelShape model = ModelShape.of(load.layers(), load.experts(), 1, 1, 1);
    return PlacementRequest.of(model, cluster).withLoad(load).withOptions(options);
  }

  private static int used(Placement placement, int layer) {
    return (int)
        Arrays.stream(placement.physicalToLogical(layer))
            .filter(expert -> expert != Placement.EMPTY)
            .count();
  }

  @Test
  void givesALayerThatIsEvenNoMoreThanItNeeds() {
    assertThat(used(place(LOAD, CLUSTER, 0, 0).placement(), 0)).isEqualTo(4);
  }

  @Test
  void givesTheBudgetToTheLayerThatGainsMostASlot() {
    // A replica of the hottest, beside one of the others: 8 to 8, and 14 to 9.
    Placement placement = place(LOAD, CLUSTER, 13, 0).placement();
    assertThat(used(placement, 0)).isEqualTo(4);
    assertThat(used(placement, 1)).isEqualTo(4);
    assertThat(used(placement, 2)).isEqualTo(5);
  }

  @Test
  void neverTakesMoreThanTheBudget() {
    for (long slots = 12; slots <= 36; slots++) {
      PlacementResult result = place(LOAD, CLUSTER, slots, 0);
      int used = 0;
      for (int layer = 0; layer < 3; layer++) {
        used += used(result.placement(), layer);
      }
      assertThat(used).isLessThanOrEqualTo((int) slots);
      assertThat(result.decision().facts()).containsEntry("slots", Integer.toString(used));
    }
  }

  @Test
  void isMoreEvenThanAnEqualShareOfTheSameBudget() {
    Cluster equal = Cluster.of(1, 4, 6);
    BalancedStrategy balanced = new BalancedStrategy();
    PlacementRequest request = request(LOAD, equal, Options.defaults(balanced.options()));
    assertThat(Balance.of(place(LOAD, CLUSTER, 18, 0).placement(), LOAD, CLUSTER).balancedness())
        .isGreaterThan(Balance.of(balanced.place(request).placement(), LOAD, equal).balancedness());
  }

  @Test
  void leavesOutStepsThatAreNotWorthTheirMemory() {
    // The mean is 5: more slots lower layer 1 by at most 3, layer 2 by at least 5.
    Placement placement = place(LOAD, CLUSTER, 0, 0.7).placement();
    assertThat(used(placement, 1)).isEqualTo(4);
    assertThat(used(placement, 2)).isGreaterThan(4);
  }

  @Test
  void givesRanksThatAreAlikeEquallyManySlotsOverAllLayers() {
    for (long seed = 1; seed <= 10; seed++) {
      double[][] rows = new double[7][];
      Random random = new Random(seed);
      Arrays.setAll(rows, layer -> random.doubles(10, 0, 100).toArray());
      Load load = Load.of(10, rows);
      Cluster cluster = Cluster.of(1, SlotLayout.of(4, 4, 3, 4, 4));
      Placement placement = place(load, cluster, 70 + random.nextInt(30), 0).placement();
      int[] held = new int[5];
      int[] rankOf = cluster.layout().rankOfSlots();
      for (int layer = 0; layer < 7; layer++) {
        for (int slot = 0; slot < rankOf.length; slot++) {
          held[rankOf[slot]] += placement.logicalAt(layer, slot) == Placement.EMPTY ? 0 : 1;
        }
      }
      int[] alike = IntStream.of(0, 1, 3, 4).map(rank -> held[rank]).sorted().toArray();
      assertThat(alike[3] - alike[0]).as("seed %d: %s", seed, Arrays.toString(held)).isLessThan(2);
    }
  }

  @Test
  void leavesTheLastSlotsOfARankEmpty() {
    Placement placement = place(LOAD, CLUSTER, 12, 0).placement();
    assertThat(RankTable.of(placement, 0)).isEqualTo("0 -1 -1 / 1 -1 -1 / 2 -1 -1 / 3 -1 -1");
  }

  @Test
  void saysHowManySlotsTheModelNeedsAtLeast() {
    assertThatThrownBy(() -> place(LOAD, CLUSTER, 11, 0))
        .isInstanceOf(InvalidClusterException.class)
        .hasMessageContaining("11 slots for all layers together")
        .hasMessageContaining("at least 12");
  }

  @Test
  void tellsHowManyLayersUseHowManySlots() {
    assertThat(place(LOAD, CLUSTER, 13, 0).decision().facts())
        .containsEntry("slots.most", "36")
        .containsEntry("layers.with.4", "2")
        .containsEntry("layers.with.5", "1");
  }
}

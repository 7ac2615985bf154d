package io.stagger.strategies.balanced;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.Placement;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.strategies.RankTable;
import io.stagger.testkit.PlacementRequests;
import io.stagger.testkit.PlacementStrategyContract;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Balanced keeps the contract, and what it promises beyond, on requests of every kind. */
class BalancedContractTest extends PlacementStrategyContract {

  @Override
  protected PlacementStrategy strategy() {
    return new BalancedStrategy();
  }

  @Test
  void holdsNoExpertTwiceOnARankThatHasRoomForNoMoreThanAll() {
    for (long seed = 1; seed <= 200; seed++) {
      PlacementRequest request = PlacementRequests.generate(seed);
      if (request.load().isPresent()) {
        Placement placement = strategy().place(request.withOptions(Plans.defaults())).placement();
        assertHoldsNoneTwice(placement, "seed " + seed);
      }
    }
  }

  private static void assertHoldsNoneTwice(Placement placement, String seed) {
    for (int layer = 0; layer < placement.layers(); layer++) {
      for (int rank = 0; rank < placement.ranks(); rank++) {
        int[] held =
            Arrays.stream(RankTable.expertsOf(placement, layer, rank))
                .filter(expert -> expert != Placement.EMPTY)
                .toArray();
        if (held.length <= placement.experts()) {
          assertThat(held)
              .as("%s: experts of layer %d, rank %d", seed, layer, rank)
              .doesNotHaveDuplicates();
        }
      }
    }
  }
}

package com.acme.placement;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.strategy.Options;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.testkit.PlacementStrategyContract;
import org.junit.jupiter.api.Test;

/** Inherits all that Stagger asks of a strategy, and says what is special about this one. */
class SnakeStrategyTest extends PlacementStrategyContract {

  @Override
  protected PlacementStrategy strategy() {
    return new SnakeStrategy();
  }

  @Test
  void dealsBusiestFirstAndTurnsAtTheLastRank() {
    double[][] tokens = {{10, 40, 30, 20, 60, 50}};
    // Slots 0 and 1 are rank 0's, and so on: 60 + 10, 50 + 20, 40 + 30.
    assertArrayEquals(new int[] {4, 0, 5, 3, 1, 2}, place(6, tokens).physicalToLogical(0));
  }

  @Test
  void givesASpareSlotToTheBusiestExpert() {
    double[][] tokens = {{10, 40, 30, 20, 60}};
    assertEquals(2, place(6, tokens).replicaCount(0, 4));
  }

  private Placement place(int slots, double[][] tokens) {
    PlacementRequest request =
        PlacementRequest.of(ModelShape.of(1, tokens[0].length, 1, 1, 1), Cluster.of(1, 3, slots))
            .withLoad(Load.of(tokens[0].length, tokens))
            .withOptions(Options.defaults(strategy().options()));
    return strategy().place(request).placement();
  }
}

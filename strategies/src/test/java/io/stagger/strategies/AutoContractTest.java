package io.stagger.strategies;

import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.testkit.PlacementStrategyContract;

/** Auto keeps the contract. */
class AutoContractTest extends PlacementStrategyContract {

  @Override
  protected PlacementStrategy strategy() {
    return new AutoStrategy();
  }

  /** Fewer than others, as steady, which it chooses for some, takes longer. */
  @Override
  protected int requests() {
    return 24;
  }
}

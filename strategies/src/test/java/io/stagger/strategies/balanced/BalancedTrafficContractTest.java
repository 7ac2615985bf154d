package io.stagger.strategies.balanced;

import io.stagger.api.strategy.Options;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.testkit.PlacementStrategyContract;

/** Balanced keeps the contract also where it weighs traffic. */
class BalancedTrafficContractTest extends PlacementStrategyContract {

  @Override
  protected PlacementStrategy strategy() {
    return new BalancedStrategy();
  }

  @Override
  protected Options options(PlacementRequest request) {
    return Plans.defaults().with("traffic", 0.1).with("effort", 1L);
  }

  @Override
  protected int requests() {
    return 40;
  }
}

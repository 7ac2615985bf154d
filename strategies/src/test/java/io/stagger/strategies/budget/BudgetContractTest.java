package io.stagger.strategies.budget;

import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.testkit.PlacementStrategyContract;

/** Budget keeps the contract. */
class BudgetContractTest extends PlacementStrategyContract {

  @Override
  protected PlacementStrategy strategy() {
    return new BudgetStrategy();
  }

  /** Fewer than others, as each is planned several times over. */
  @Override
  protected int requests() {
    return 20;
  }
}

package io.stagger.strategies.eplb;

import io.stagger.api.strategy.Options;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.testkit.PlacementStrategyContract;

/** Eplb that starts from zigzag and keeps slots keeps the contract too, now without a load. */
class EplbFromZigzagTest extends PlacementStrategyContract {

  @Override
  protected PlacementStrategy strategy() {
    return new EplbStrategy();
  }

  @Override
  protected Options options(PlacementRequest request) {
    return super.options(request).with("start", "zigzag").with("keep_slots", true);
  }
}

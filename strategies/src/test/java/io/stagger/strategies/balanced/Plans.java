package io.stagger.strategies.balanced;

import io.stagger.api.Balance;
import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.strategy.Options;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;

/** Short ways to ask {@link BalancedStrategy} and to measure what it answers. */
final class Plans {

  private static final BalancedStrategy STRATEGY = new BalancedStrategy();

  private Plans() {}

  static Options defaults() {
    return Options.defaults(STRATEGY.options());
  }

  /** Options that do not stop short of the bound. */
  static Options thorough(long effort) {
    return defaults().with("effort", effort).with("tolerance", 0.0);
  }

  static PlacementResult plan(Load load, Cluster cluster, Options options) {
    ModelShape model = ModelShape.of(load.layers(), load.experts(), 1, 1, 1);
    return STRATEGY.place(PlacementRequest.of(model, cluster).withLoad(load).withOptions(options));
  }

  static Balance balance(Load load, Cluster cluster, Options options) {
    return Balance.of(plan(load, cluster, options).placement(), load, cluster);
  }

  /** The work of the busiest rank in the plan of one layer. */
  static double busiest(Cluster cluster, Options options, double... counts) {
    return balance(Load.of(counts.length, new double[][] {counts}), cluster, options).busiest(0);
  }
}

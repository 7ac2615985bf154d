package io.stagger.strategies.steady;

import io.stagger.api.Balance;
import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.Migration;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.strategy.Options;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.strategies.balanced.BalancedStrategy;

/** Short ways to ask {@link SteadyStrategy} and to measure what it answers. */
final class Plans {

  private static final SteadyStrategy STRATEGY = new SteadyStrategy();

  private Plans() {}

  static Options budget(double moves) {
    return Options.defaults(STRATEGY.options()).with(SteadyStrategy.MOVES, moves);
  }

  static PlacementResult plan(Placement from, Load load, Cluster cluster, Options options) {
    return STRATEGY.place(request(load, cluster).withPrevious(from).withOptions(options));
  }

  /** The plan of {@code balanced}, which looks at no previous placement. */
  static Placement full(Load load, Cluster cluster) {
    PlacementStrategy balanced = new BalancedStrategy();
    return balanced
        .place(request(load, cluster).withOptions(Options.defaults(balanced.options())))
        .placement();
  }

  static PlacementRequest request(Load load, Cluster cluster) {
    return PlacementRequest.of(ModelShape.of(load.layers(), load.experts(), 1, 1, 1), cluster)
        .withLoad(load);
  }

  static double imbalance(Placement placement, Load load, Cluster cluster) {
    return Balance.of(placement, load, cluster).imbalance();
  }

  static long moves(Placement from, Placement to) {
    return Migration.between(from, to).copies().size();
  }
}

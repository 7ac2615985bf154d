package io.stagger.strategies.balanced;

import io.stagger.api.Balance;
import io.stagger.api.NodeSpread;
import io.stagger.api.Placement;
import io.stagger.api.strategy.Options;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.strategies.eplb.EplbStrategy;

/** Asks for plans that weigh traffic, and measures what plans cost. */
final class TrafficPlans {

  private static final PlacementStrategy EPLB = new EplbStrategy();

  private TrafficPlans() {}

  static PlacementRequest weighing(PlacementRequest request, double traffic) {
    return request.withOptions(Plans.defaults().with("traffic", traffic));
  }

  static Placement plan(PlacementRequest request, double traffic) {
    return new BalancedStrategy().place(weighing(request, traffic)).placement();
  }

  /** DeepSeek's plan: the experts of each group on one node, where its policy is hierarchical. */
  static PlacementResult eplb(PlacementRequest request) {
    return EPLB.place(request.withOptions(Options.defaults(EPLB.options())));
  }

  static double imbalance(PlacementRequest request, Placement placement) {
    return Balance.of(placement, request.requireLoad(), request.cluster()).imbalance();
  }

  static double spread(PlacementRequest request, Placement placement) {
    return NodeSpread.of(placement, request.requireLoad(), request.model(), request.cluster())
        .spread();
  }

  /** What the strategy makes small: the mean over the layers. */
  static double cost(PlacementRequest request, Placement placement, double traffic) {
    return imbalance(request, placement) + traffic * (spread(request, placement) - 1);
  }
}

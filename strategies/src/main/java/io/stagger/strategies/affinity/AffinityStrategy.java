package io.stagger.strategies.affinity;

import io.stagger.api.Load;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.Options;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.api.strategy.StrategyTraits;
import io.stagger.strategies.balanced.BalancedStrategy;
import java.util.List;
import java.util.Optional;

/**
 * Places experts that tokens choose together on the same ranks and nodes, so that a token visits
 * few, under a cap on each layer's imbalance. Each layer is planned by itself, see {@code
 * LayerSearch}; the start is the plan of {@link BalancedStrategy}.
 *
 * <p>It needs the routes of some tokens, or at least which experts are chosen together; with
 * neither it falls back to {@code balanced}. Where experts have replicas, the plan counts on a
 * runtime that serves a token on as few ranks as its replicas allow, as the replica policy {@code
 * fewest} does, see {@code Choice}.
 *
 * <p>Options:
 *
 * <ul>
 *   <li>{@code cap}: the most imbalance that a layer's plan may have, on the load of the request.
 *   <li>{@code margin}: how far below the cap to stay, as tomorrow's load will be another.
 *   <li>{@code node_weight}: what a node that a token visits costs, in rank visits.
 *   <li>{@code tokens}: how many of the routes' tokens to look at.
 *   <li>{@code effort}: moves of the search in each layer.
 * </ul>
 *
 * <p>The decision's facts: {@code evidence}, routes or pairs; {@code cap}, less the margin; {@code
 * imbalance.mean} and {@code imbalance.worst} of the layers, as replicas are expected to be chosen;
 * {@code layers.over_cap}, in how many no plan within the cap was found; {@code steps}. With
 * routes: {@code fanout.ranks} and {@code fanout.nodes}, the ranks and nodes that a token is
 * expected to visit, mean over layers, and {@code fanout.ranks.start}, the same for the plan that
 * the search started from. With pairs: {@code pairs.apart} and {@code pairs.apart.start}, the share
 * of experts chosen together that are on two ranks.
 */
public final class AffinityStrategy implements PlacementStrategy {

  static final String NAME = "affinity";
  static final String CAP = "cap";
  static final String MARGIN = "margin";
  static final String NODE_WEIGHT = "node_weight";
  static final String TOKENS = "tokens";
  static final String EFFORT = "effort";

  /** Tables of a layer have an entry for each pair of slots, or of a slot and a rank. */
  private static final int MOST_ENTRIES = 1 << 22;

  private final PlacementStrategy start = new BalancedStrategy();

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "Experts that are chosen together on the same ranks, so that a token visits few, under"
        + " a cap on imbalance.";
  }

  @Override
  public StrategyTraits traits() {
    return StrategyTraits.NONE.needingLoad().replicating().usingRouting();
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(
        OptionSpec.decimal(CAP, 0.1, 0, 1000, "The most imbalance that a layer may have."),
        OptionSpec.decimal(
            MARGIN, 0, 0, 1000, "How far below the cap to stay, as the load will change."),
        OptionSpec.decimal(
            NODE_WEIGHT, 3, 0, 1000, "What a node that a token visits costs, in rank visits."),
        OptionSpec.integer(
            TOKENS, 16_384, 1, 1 << 24, "How many tokens of the routes to look at, at most."),
        OptionSpec.integer(
            EFFORT, 400, 0, 1_000_000, "Moves of the search in a layer; more is slower."));
  }

  @Override
  public PlacementResult place(PlacementRequest request) {
    Load load = request.requireLoad();
    PlacementResult balanced = start.place(request.withOptions(Options.defaults(start.options())));
    Optional<Decision> fallback = fallback(request);
    if (fallback.isPresent()) {
      return new PlacementResult(balanced.placement(), fallback.get());
    }
    Plan plan = new Plan(request, balanced.placement());
    for (int layer = 0; layer < load.layers(); layer++) {
      plan.addLayer(layer);
    }
    return plan.result(Decision.asRequested(NAME));
  }

  private static Optional<Decision> fallback(PlacementRequest request) {
    if (Evidence.of(request).isEmpty()) {
      return Optional.of(
          fallback(
              "NO_ROUTING_DATA",
              "neither routes nor co-selection is known, so the ranks are only evened out"));
    }
    long slots = request.cluster().layout().slots();
    long entries = slots * Math.max(slots, request.cluster().ranks());
    return entries <= MOST_ENTRIES
        ? Optional.empty()
        : Optional.of(
            fallback(
                "LAYER_TOO_LARGE",
                "%d slots on %d ranks are too many to weigh every exchange"
                    .formatted(slots, request.cluster().ranks())));
  }

  private static Decision fallback(String reason, String detail) {
    return Decision.fallback(NAME, "balanced", reason, detail);
  }
}

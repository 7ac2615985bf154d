package io.stagger.strategies;

import io.stagger.api.Placement;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.api.strategy.PlacementStrategy;
import java.util.List;

/**
 * Striped placement: experts are dealt like cards to the ranks that are up, so that expert {@code
 * e} lies on rank {@code e mod R} in local slot {@code e div R}. Experts of one group, which
 * routers with groups choose together, thus lie on different ranks. This is vLLM's "round_robin"
 * expert placement (pull request 23745).
 *
 * <p>Beyond vLLM's: the deal goes on until no usable slot is empty, by these rules.
 *
 * <ol>
 *   <li>Experts are dealt in turn: 0, 1, ..., E-1, and then copies of 0, 1, ...
 *   <li>An expert goes to the next rank in dealing order that has room and does not hold it yet. So
 *       with equal slots and {@code E mod R = 0} a copy lies on the rank after its original's.
 *   <li>An expert that every rank with room already holds is passed over; only when that is so of
 *       all experts does a copy go, in turn, to the next rank with room.
 * </ol>
 *
 * <p>So no rank holds an expert twice unless it has more slots than there are experts.
 */
public final class ZigzagStrategy implements PlacementStrategy {

  static final String NAME = "zigzag";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<String> aliases() {
    return List.of("round_robin");
  }

  @Override
  public String description() {
    return "Consecutive experts lie on different ranks; for models with expert groups.";
  }

  @Override
  public PlacementResult place(PlacementRequest request) {
    Placement placement =
        SameInEveryLayer.of(
            request,
            () -> new RoundRobinDeal(request.cluster(), request.model().experts()).dealAll());
    return new PlacementResult(placement, Decision.asRequested(NAME));
  }
}

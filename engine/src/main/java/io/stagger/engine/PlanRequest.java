package io.stagger.engine;

import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.routing.RoutingProfile;
import java.util.Optional;

/**
 * What to plan.
 *
 * @param model layers, experts, groups
 * @param cluster nodes, ranks, slots
 * @param load tokens per expert, of the model's size; absent if nothing was measured
 * @param routing what is known of the routing beyond the load; may hold nothing
 * @param previous the placement in force; absent at the start
 * @param strategy the strategy; where absent, the one that {@code placement.strategy} names
 */
public record PlanRequest(
    ModelShape model,
    Cluster cluster,
    Optional<Load> load,
    RoutingProfile routing,
    Optional<Placement> previous,
    Optional<String> strategy) {

  /** A request without load, for the configured strategy. */
  public static PlanRequest of(ModelShape model, Cluster cluster) {
    return new PlanRequest(
        model,
        cluster,
        Optional.empty(),
        RoutingProfile.none(),
        Optional.empty(),
        Optional.empty());
  }

  /** This request with a load. */
  public PlanRequest withLoad(Load newLoad) {
    return new PlanRequest(model, cluster, Optional.of(newLoad), routing, previous, strategy);
  }

  /** This request with a routing profile. */
  public PlanRequest withRouting(RoutingProfile profile) {
    return new PlanRequest(model, cluster, load, profile, previous, strategy);
  }

  /** This request with the placement in force. */
  public PlanRequest withPrevious(Placement placement) {
    return new PlanRequest(model, cluster, load, routing, Optional.of(placement), strategy);
  }

  /** This request for a strategy other than the configured one. */
  public PlanRequest withStrategy(String name) {
    return new PlanRequest(model, cluster, load, routing, previous, Optional.of(name));
  }
}

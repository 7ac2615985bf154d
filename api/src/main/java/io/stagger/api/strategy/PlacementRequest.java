package io.stagger.api.strategy;

import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.Violation;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidLoadException;
import io.stagger.api.error.InvalidPlacementException;
import io.stagger.api.error.StaggerException;
import io.stagger.api.routing.RoutingProfile;
import java.util.List;
import java.util.Optional;

/**
 * What a strategy is asked.
 *
 * @param model layers, experts, groups
 * @param cluster nodes, ranks, slots; it has room for the model
 * @param load tokens per expert, of the model's size; absent if nothing was measured
 * @param routing what is known of the routing beyond the load, of the model's size; may hold
 *     nothing
 * @param previous the placement in force, of the model's and the cluster's size; absent at the
 *     start
 * @param options the strategy's own options
 */
public record PlacementRequest(
    ModelShape model,
    Cluster cluster,
    Optional<Load> load,
    RoutingProfile routing,
    Optional<Placement> previous,
    Options options) {

  /**
   * Checks that the parts fit each other.
   *
   * @throws StaggerException if the cluster has fewer usable slots than a layer has experts, or the
   *     load, the routing profile or the previous placement are of another size
   */
  public PlacementRequest {
    cluster.requireRoomFor(model);
    if (load.isPresent()) {
      load.get().requireFits(model);
    }
    routing.requireFits(model);
    if (previous.isPresent()) {
      requireFits(previous.get(), model, cluster);
    }
  }

  /** A request with nothing but the model and the cluster. */
  public static PlacementRequest of(ModelShape model, Cluster cluster) {
    return new PlacementRequest(
        model, cluster, Optional.empty(), RoutingProfile.none(), Optional.empty(), Options.empty());
  }

  /** This request with a load. */
  public PlacementRequest withLoad(Load newLoad) {
    return new PlacementRequest(model, cluster, Optional.of(newLoad), routing, previous, options);
  }

  /** This request with another routing profile. */
  public PlacementRequest withRouting(RoutingProfile profile) {
    return new PlacementRequest(model, cluster, load, profile, previous, options);
  }

  /** This request with the placement in force. */
  public PlacementRequest withPrevious(Placement placement) {
    return new PlacementRequest(model, cluster, load, routing, Optional.of(placement), options);
  }

  /** This request with other options. */
  public PlacementRequest withOptions(Options newOptions) {
    return new PlacementRequest(model, cluster, load, routing, previous, newOptions);
  }

  /**
   * The load of a strategy that declared {@link StrategyTraits#needsLoad}.
   *
   * @throws InvalidLoadException if there is none
   */
  public Load requireLoad() {
    return load.orElseThrow(() ->
        new InvalidLoadException(
            Diagnosis.of("no load was given", "request")
                .expecting("tokens per layer and expert")
                .remedy("Give one, or choose a strategy that needs none")));
  }

  private static void requireFits(Placement placement, ModelShape model, Cluster cluster) {
    if (placement.layers() != model.layers()
        || placement.experts() != model.experts()
        || !placement.layout().equals(cluster.layout())) {
      String problem = placement + " does not fit";
      throw new InvalidPlacementException(
          Diagnosis.of(problem, "previous placement")
              .expecting(
                  "%d layers, %d experts, %s"
                      .formatted(model.layers(), model.experts(), cluster.layout())),
          List.of(new Violation(Violation.Rule.CAPACITY, -1, -1, problem)));
    }
  }
}

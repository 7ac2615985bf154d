package io.stagger.api.runtime;

import io.stagger.api.Cluster;
import io.stagger.api.Placement;
import io.stagger.api.PlacementRules;
import io.stagger.api.error.InvalidPlacementException;
import io.stagger.api.strategy.Options;
import io.stagger.api.weights.WeightLoader;

/**
 * What a runtime is opened with.
 *
 * @param cluster the ranks that the runtime hosts, all in this process
 * @param placement where the experts live; valid for the loader's model and the cluster
 * @param loader brings the weights; the runtime does not close it, and it outlives the runtime
 * @param replicas how a token chooses among an expert's replicas
 * @param options the backend's own options
 */
public record RuntimeRequest(
    Cluster cluster,
    Placement placement,
    WeightLoader loader,
    ReplicaPolicy replicas,
    Options options) {

  /**
   * Checks the placement.
   *
   * @throws InvalidPlacementException if it is not valid
   */
  public RuntimeRequest {
    PlacementRules.requireValid(placement, loader.spec().shape(), cluster, "the runtime's request");
  }
}

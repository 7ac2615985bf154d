package io.stagger.api;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidClusterException;
import io.stagger.api.error.InvalidLoadException;

/** Checks that what a placement is measured with is of its size. */
final class PlacementSizes {

  private PlacementSizes() {}

  /**
   * Checks a load and a cluster.
   *
   * @throws InvalidLoadException if the load has other layers or experts than the placement
   * @throws InvalidClusterException if the cluster has another number of ranks than the placement
   */
  static void requireFit(Placement placement, Load load, Cluster cluster) {
    if (load.layers() != placement.layers() || load.experts() != placement.experts()) {
      throw new InvalidLoadException(
          Diagnosis.of(load.layers() + " layers x " + load.experts() + " experts", "load")
              .expecting(placement.layers() + " layers x " + placement.experts() + " experts"));
    }
    if (cluster.ranks() != placement.ranks()) {
      throw new InvalidClusterException(
          Diagnosis.of(cluster.ranks() + " ranks", "cluster")
              .expecting(placement.ranks() + ", as the placement has"));
    }
  }
}

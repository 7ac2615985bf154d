package io.stagger.engine.explain;

import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import java.util.Arrays;

/**
 * What it costs that all experts of a group share a node.
 *
 * @param imbalance (max - mean) / mean of the nodes' work, on average over the layers: no packing
 *     within nodes brings the ranks' imbalance below it
 */
public record NodeShare(double imbalance) {

  /** Whether a placement keeps every group on one node, where there are groups and nodes to. */
  static boolean keepsGroups(Placement placement, ModelShape model, Cluster cluster) {
    if (!model.hasGroups() || cluster.nodes() == 1) {
      return false;
    }
    int[] rankOf = placement.layout().rankOfSlots();
    for (int layer = 0; layer < placement.layers(); layer++) {
      int[] nodeOf = new int[model.groups()];
      Arrays.fill(nodeOf, -1);
      for (int slot = 0; slot < rankOf.length; slot++) {
        int expert = placement.logicalAt(layer, slot);
        if (expert != Placement.EMPTY) {
          int group = expert / model.expertsPerGroup();
          int node = cluster.nodeOf(rankOf[slot]);
          if (nodeOf[group] >= 0 && nodeOf[group] != node) {
            return false;
          }
          nodeOf[group] = node;
        }
      }
    }
    return true;
  }

  static NodeShare of(Placement placement, Load load, Cluster cluster) {
    double sum = 0;
    for (int layer = 0; layer < placement.layers(); layer++) {
      sum += imbalance(placement, load, cluster, layer);
    }
    return new NodeShare(sum / Math.max(1, placement.layers()));
  }

  private static double imbalance(Placement placement, Load load, Cluster cluster, int layer) {
    int[] rankOf = placement.layout().rankOfSlots();
    double[] work = new double[cluster.nodes()];
    for (int slot = 0; slot < rankOf.length; slot++) {
      int expert = placement.logicalAt(layer, slot);
      if (expert != Placement.EMPTY) {
        work[cluster.nodeOf(rankOf[slot])] +=
            load.get(layer, expert) / placement.replicaCount(layer, expert);
      }
    }
    double[] speed = new double[cluster.nodes()];
    double allSpeed = 0;
    for (int rank : cluster.ranksWithSlots()) {
      speed[cluster.nodeOf(rank)] += cluster.speed(rank);
      allSpeed += cluster.speed(rank);
    }
    double busiest = 0;
    double total = 0;
    for (int node = 0; node < work.length; node++) {
      busiest = speed[node] > 0 ? Math.max(busiest, work[node] / speed[node]) : busiest;
      total += work[node];
    }
    return total == 0 ? 0 : busiest / (total / allSpeed) - 1;
  }
}

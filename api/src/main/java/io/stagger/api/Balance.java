package io.stagger.api;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidLoadException;

/**
 * How evenly a load falls on the ranks. The load of an expert is shared equally by its replicas. A
 * rank's work is its load divided by its speed; ranks that are down or have no slot do not count.
 * Units are tokens (routed choices) per window.
 */
public final class Balance {

  private final double[][] work;
  private final double[] ideal;

  private Balance(double[][] work, double[] ideal) {
    this.work = work;
    this.ideal = ideal;
  }

  /**
   * The balance of a placement under a load.
   *
   * @throws InvalidLoadException if the load has other layers or experts than the placement
   */
  public static Balance of(Placement placement, Load load, Cluster cluster) {
    if (load.layers() != placement.layers() || load.experts() != placement.experts()) {
      throw new InvalidLoadException(
          Diagnosis.of(load.layers() + " layers x " + load.experts() + " experts", "load")
              .expecting(placement.layers() + " layers x " + placement.experts() + " experts"));
    }
    int[] rankOf = placement.layout().rankOfSlots();
    double[][] rankLoads = new double[placement.layers()][placement.ranks()];
    for (int layer = 0; layer < placement.layers(); layer++) {
      for (int slot = 0; slot < rankOf.length; slot++) {
        int expert = placement.logicalAt(layer, slot);
        if (expert != Placement.EMPTY) {
          rankLoads[layer][rankOf[slot]] +=
              load.get(layer, expert) / placement.replicaCount(layer, expert);
        }
      }
    }
    return ofRankLoads(rankLoads, cluster);
  }

  /**
   * The balance of loads that were measured rank by rank.
   *
   * @param rankLoads tokens of each rank, {@code [layers][ranks]}
   * @throws InvalidLoadException if a row has not one entry for each rank
   */
  public static Balance ofRankLoads(double[][] rankLoads, Cluster cluster) {
    int[] counted = countedRanks(cluster);
    double speed = 0;
    for (int rank : counted) {
      speed += cluster.speed(rank);
    }
    double[][] work = new double[rankLoads.length][counted.length];
    double[] ideal = new double[rankLoads.length];
    for (int layer = 0; layer < rankLoads.length; layer++) {
      if (rankLoads[layer].length != cluster.ranks()) {
        throw new InvalidLoadException(
            Diagnosis.of(rankLoads[layer].length + " rank loads", "layer " + layer)
                .expecting(cluster.ranks() + ", one for each rank"));
      }
      double total = 0;
      for (int i = 0; i < counted.length; i++) {
        total += rankLoads[layer][counted[i]];
        work[layer][i] = rankLoads[layer][counted[i]] / cluster.speed(counted[i]);
      }
      ideal[layer] = speed == 0 ? 0 : total / speed;
    }
    return new Balance(work, ideal);
  }

  private static int[] countedRanks(Cluster cluster) {
    return java.util.Arrays.stream(cluster.ranksUp())
        .filter(rank -> cluster.layout().slotsOf(rank) > 0)
        .toArray();
  }

  /** How many layers were measured. */
  public int layers() {
    return work.length;
  }

  /** The work of the busiest rank in a layer; 0 if no rank counts. */
  public double busiest(int layer) {
    double most = 0;
    for (double rankWork : work[layer]) {
      most = Math.max(most, rankWork);
    }
    return most;
  }

  /** The work of every rank in a layer if it were perfectly even: the mean, for equal speeds. */
  public double ideal(int layer) {
    return ideal[layer];
  }

  /** {@code (max - mean) / mean} of a layer's ranks; 0 for a layer without load. */
  public double imbalance(int layer) {
    return ideal[layer] == 0 ? 0 : (busiest(layer) - ideal[layer]) / ideal[layer];
  }

  /** The mean of the layers' imbalances; 0 if there is no layer. */
  public double imbalance() {
    double sum = 0;
    for (int layer = 0; layer < layers(); layer++) {
      sum += imbalance(layer);
    }
    return layers() == 0 ? 0 : sum / layers();
  }

  /** The largest of the layers' imbalances; 0 if there is no layer. */
  public double worstImbalance() {
    double worst = 0;
    for (int layer = 0; layer < layers(); layer++) {
      worst = Math.max(worst, imbalance(layer));
    }
    return worst;
  }

  /** Sum over layers of the mean rank's work / of the busiest rank's work; 1 is perfect. */
  public double balancedness() {
    double mean = 0;
    double max = 0;
    for (int layer = 0; layer < layers(); layer++) {
      mean += ideal[layer];
      max += busiest(layer);
    }
    return max == 0 ? 1 : mean / max;
  }

  /** The share of the work, over all layers, that the rank with the most of it has; 0 to 1. */
  public double busiestShare() {
    double total = 0;
    double most = 0;
    int ranks = work.length == 0 ? 0 : work[0].length;
    for (int rank = 0; rank < ranks; rank++) {
      double sum = 0;
      for (double[] layer : work) {
        sum += layer[rank];
      }
      total += sum;
      most = Math.max(most, sum);
    }
    return total == 0 ? 0 : most / total;
  }
}

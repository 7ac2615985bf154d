package io.stagger.api;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidClusterException;
import io.stagger.api.error.InvalidLoadException;

/**
 * How evenly a load falls on the ranks. The load of an expert is shared equally by its replicas. A
 * rank's work is its load divided by its speed; ranks that are down or have no slot do not count.
 * Units are tokens (routed choices) per window.
 */
public final class Balance {

  /** A rank can't have more than {@link Load#MAX_COUNT} from each expert there may be. */
  private static final double MAX_RANK_LOAD = Load.MAX_COUNT * ModelShape.MAX_EXPERTS;

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
   * @throws InvalidClusterException if the cluster has another number of ranks than the placement
   */
  public static Balance of(Placement placement, Load load, Cluster cluster) {
    PlacementSizes.requireFit(placement, load, cluster);
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
   * @throws InvalidLoadException if a row has not one entry for each rank, or an entry is NaN,
   *     negative or absurdly large; the message names layer and rank
   */
  public static Balance ofRankLoads(double[][] rankLoads, Cluster cluster) {
    int[] counted = cluster.ranksWithSlots();
    double speed = 0;
    for (int rank : counted) {
      speed += cluster.speed(rank);
    }
    double[][] work = new double[rankLoads.length][counted.length];
    double[] ideal = new double[rankLoads.length];
    for (int layer = 0; layer < rankLoads.length; layer++) {
      requireLoads(rankLoads[layer], layer, cluster.ranks());
      double total = 0;
      for (int i = 0; i < counted.length; i++) {
        total += rankLoads[layer][counted[i]];
        work[layer][i] = rankLoads[layer][counted[i]] / cluster.speed(counted[i]);
      }
      ideal[layer] = speed == 0 ? 0 : total / speed;
    }
    return new Balance(work, ideal);
  }

  private static void requireLoads(double[] rankLoads, int layer, int ranks) {
    if (rankLoads.length != ranks) {
      throw new InvalidLoadException(
          Diagnosis.of(rankLoads.length + " rank loads", "layer " + layer)
              .expecting(ranks + ", one for each rank"));
    }
    for (int rank = 0; rank < ranks; rank++) {
      if (!(rankLoads[rank] >= 0 && rankLoads[rank] <= MAX_RANK_LOAD)) {
        throw new InvalidLoadException(
            Diagnosis.of("load " + rankLoads[rank], "layer " + layer + ", rank " + rank)
                .expecting("a number from 0 to " + MAX_RANK_LOAD));
      }
    }
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

  /** {@code (max - mean) / mean} of a layer's ranks, never negative; 0 for a layer without load. */
  public double imbalance(int layer) {
    // The mean's rounding may lift it above the maximum when all ranks are equal.
    return ideal[layer] == 0 ? 0 : Math.max(0, (busiest(layer) - ideal[layer]) / ideal[layer]);
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

  /**
   * Sum over layers of the mean rank's work / of the busiest rank's work; 1 is perfect, also for no
   * load at all.
   */
  public double balancedness() {
    double mean = 0;
    double max = 0;
    for (int layer = 0; layer < layers(); layer++) {
      mean += ideal[layer];
      max += busiest(layer);
    }
    return max == 0 ? 1 : Math.min(1, mean / max);
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

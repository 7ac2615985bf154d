package io.stagger.strategies.balanced;

import io.stagger.api.Cluster;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import java.util.Arrays;

/**
 * The ranks of a cluster that a plan is about: those that are up and have slots. A rank counts with
 * no more slots than there are experts; more would only repeat what it has.
 */
final class CountedRanks {

  private final Cluster cluster;
  private final SlotLayout layout;
  private final int experts;
  private final int[] ranks;
  private final int[] capacities;
  private final double[] speeds;

  private CountedRanks(Cluster cluster, int experts) {
    this.cluster = cluster;
    this.layout = cluster.layout();
    this.experts = experts;
    this.ranks = cluster.ranksWithSlots();
    this.capacities = Arrays.stream(ranks).map(r -> Math.min(layout.slotsOf(r), experts)).toArray();
    this.speeds = Arrays.stream(ranks).mapToDouble(cluster::speed).toArray();
  }

  static CountedRanks of(Cluster cluster, int experts) {
    return new CountedRanks(cluster, experts);
  }

  /** An empty packing of a layer on these ranks. */
  Packing emptyPacking() {
    return new Packing(experts, capacities, speeds);
  }

  /** The node of each rank. */
  int[] nodes() {
    return Arrays.stream(ranks).map(cluster::nodeOf).toArray();
  }

  /**
   * Writes a plan.
   *
   * @param row receives the expert of each slot of the cluster, ascending on each rank
   */
  void write(Packing plan, int[] row) {
    Arrays.fill(row, Placement.EMPTY);
    for (int i = 0; i < ranks.length; i++) {
      int to = layout.firstSlot(ranks[i]);
      int end = to + layout.slotsOf(ranks[i]);
      for (int slot = plan.first[i]; slot < plan.first[i + 1]; slot++) {
        row[to++] = plan.expertAt(slot);
      }
      // The replicas of a rank are in ascending order: its first expert is the lightest.
      Arrays.fill(row, to, end, plan.expertAt(plan.first[i]));
      Arrays.sort(row, layout.firstSlot(ranks[i]), end);
    }
  }
}

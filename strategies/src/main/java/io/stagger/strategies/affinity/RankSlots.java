package io.stagger.strategies.affinity;

import io.stagger.api.Cluster;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import java.util.Arrays;

/**
 * The slots that a plan is about: those of the ranks that are up and have some, at most as many of
 * a rank as there are experts; more would only repeat what it has. Immutable by convention: the
 * arrays are read by the searches of this package.
 */
final class RankSlots {

  final int experts;
  final int ranks;

  /** The nodes of the ranks, numbered anew from 0. */
  final int nodes;

  /** The slots of rank {@code r} are {@code first[r] .. first[r + 1] - 1}. */
  final int[] first;

  final int[] rankOf;
  final int[] nodeOf;

  /** How long each rank takes for a token: the inverse of its speed. */
  final double[] slowness;

  private final SlotLayout layout;
  private final int[] counted;

  RankSlots(Cluster cluster, int experts) {
    this.experts = experts;
    this.layout = cluster.layout();
    this.counted = cluster.ranksWithSlots();
    this.ranks = counted.length;
    this.first = new int[ranks + 1];
    this.slowness = new double[ranks];
    int[] nodeOfRank = Arrays.stream(counted).map(cluster::nodeOf).toArray();
    int[] used = Arrays.stream(nodeOfRank).distinct().toArray();
    this.nodes = used.length;
    for (int rank = 0; rank < ranks; rank++) {
      first[rank + 1] = first[rank] + Math.min(layout.slotsOf(counted[rank]), experts);
      slowness[rank] = 1 / cluster.speed(counted[rank]);
    }
    this.rankOf = new int[slots()];
    this.nodeOf = new int[slots()];
    for (int rank = 0; rank < ranks; rank++) {
      Arrays.fill(rankOf, first[rank], first[rank + 1], rank);
      int node = Arrays.binarySearch(used, nodeOfRank[rank]);
      Arrays.fill(nodeOf, first[rank], first[rank + 1], node);
    }
  }

  int slots() {
    return first[ranks];
  }

  /** The work of each rank if all were done at the same time. */
  double idealWork(double load) {
    double speed = 0;
    for (double slow : slowness) {
      speed += 1 / slow;
    }
    return load / speed;
  }

  /** The experts in these slots under a placement that fills all slots. */
  int[] read(Placement placement, int layer) {
    int[] expertAt = new int[slots()];
    for (int rank = 0; rank < ranks; rank++) {
      int from = layout.firstSlot(counted[rank]);
      int[] held = new int[layout.slotsOf(counted[rank])];
      Arrays.setAll(held, local -> placement.logicalAt(layer, from + local));
      int[] distinct = Arrays.stream(held).distinct().toArray();
      System.arraycopy(distinct, 0, expertAt, first[rank], first[rank + 1] - first[rank]);
    }
    return expertAt;
  }

  /** Writes a plan: the expert of each slot of the cluster, ascending on each rank. */
  void write(int[] expertAt, int[] row) {
    Arrays.fill(row, Placement.EMPTY);
    for (int rank = 0; rank < ranks; rank++) {
      int from = layout.firstSlot(counted[rank]);
      int held = first[rank + 1] - first[rank];
      int end = from + layout.slotsOf(counted[rank]);
      System.arraycopy(expertAt, first[rank], row, from, held);
      Arrays.fill(row, from + held, end, expertAt[first[rank]]);
      Arrays.sort(row, from, end);
    }
  }
}

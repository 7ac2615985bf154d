package io.stagger.engine.simulator.replicas;

import io.stagger.api.Cluster;
import io.stagger.api.Placement;

/** One layer of a placement on its cluster, as flat tables. Immutable. */
public final class PlacedLayer {

  private final Placement placement;
  private final Cluster cluster;
  private final int index;
  private final int[] start;
  private final int[] slots;
  private final int[] rankOf;
  private final int[] nodeOf;

  private PlacedLayer(
      Placement placement, Cluster cluster, int index, int[] start, int[] slots, int[] nodeOf) {
    this.placement = placement;
    this.cluster = cluster;
    this.index = index;
    this.start = start;
    this.slots = slots;
    this.rankOf = placement.layout().rankOfSlots();
    this.nodeOf = nodeOf;
  }

  /** A layer of a valid placement. */
  public static PlacedLayer of(Placement placement, Cluster cluster, int layer) {
    int[] start = new int[placement.experts() + 1];
    for (int expert = 0; expert < placement.experts(); expert++) {
      start[expert + 1] = start[expert] + placement.replicaCount(layer, expert);
    }
    int[] slots = new int[start[placement.experts()]];
    for (int expert = 0; expert < placement.experts(); expert++) {
      for (int at = start[expert]; at < start[expert + 1]; at++) {
        slots[at] = placement.replica(layer, expert, at - start[expert]);
      }
    }
    int[] nodeOf = new int[cluster.ranks()];
    for (int rank = 0; rank < nodeOf.length; rank++) {
      nodeOf[rank] = cluster.nodeOf(rank);
    }
    return new PlacedLayer(placement, cluster, layer, start, slots, nodeOf);
  }

  /** The placement that it is a layer of. */
  public Placement placement() {
    return placement;
  }

  /** The ranks and nodes. */
  public Cluster cluster() {
    return cluster;
  }

  /** Index of the layer in the placement. */
  public int index() {
    return index;
  }

  /** Logical experts of the layer. */
  public int experts() {
    return start.length - 1;
  }

  /** How many slots hold an expert, at least 1. */
  public int replicas(int expert) {
    return start[expert + 1] - start[expert];
  }

  /** The slot of a replica; replicas are in ascending slot order. */
  public int slot(int expert, int replica) {
    return slots[start[expert] + replica];
  }

  /** Slots of the layer over all ranks. */
  public int slots() {
    return rankOf.length;
  }

  /** The rank of a slot. */
  public int rankOf(int slot) {
    return rankOf[slot];
  }

  /** How many ranks there are. */
  public int ranks() {
    return nodeOf.length;
  }

  /** The node of a rank. */
  public int nodeOf(int rank) {
    return nodeOf[rank];
  }

  /** How many nodes there are. */
  public int nodes() {
    return cluster.nodes();
  }

  /** The relative speed of a rank. */
  public double speed(int rank) {
    return cluster.speed(rank);
  }

  /** How far a slot is from a rank: 0 on the rank itself, 1 on its node, else 2. */
  public int distance(int rank, int slot) {
    int other = rankOf[slot];
    if (other == rank) {
      return 0;
    }
    return nodeOf[other] == nodeOf[rank] ? 1 : 2;
  }
}

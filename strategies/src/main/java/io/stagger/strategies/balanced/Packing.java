package io.stagger.strategies.balanced;

import java.util.Arrays;

/**
 * Which replica lies in which slot of a layer, and the load that this makes of each rank; changed
 * one exchange at a time. Each rank keeps its replicas in ascending order of their loads, so that a
 * partner of a wanted weight is found without trying all.
 *
 * <p>Ranks here are only those that count: up, and with slots. No rank holds an expert twice. The
 * fields are open to the searches of this package, which read them millions of times a second; only
 * the methods change them. Not thread-safe.
 */
final class Packing {

  /** What ends a chain of replicas. */
  static final int NONE = -1;

  final int ranks;
  final int experts;

  /** The slots of rank {@code r} are {@code first[r] .. first[r + 1] - 1}. */
  final int[] first;

  /** How long each rank takes for a token: the inverse of its speed. */
  final double[] slowness;

  /** The load of each expert. */
  final double[] weight;

  /** How many replicas each expert has. */
  final int[] count;

  /** The load of each replica of an expert. */
  final double[] share;

  /** The load of each rank. */
  final double[] load;

  /** The replica in each slot. */
  final int[] replicaAt;

  /** The load of the replica in each slot. */
  final double[] shareAt;

  /** The expert of each replica. */
  final int[] expertOf;

  /** The rank of each replica. */
  final int[] rankOf;

  /** One replica of each expert, the head of a chain of them. */
  final int[] head;

  /** The next replica of the same expert, or {@link #NONE}. */
  final int[] next;

  /** The ranks by descending work, equals by lowest id; in order after {@link #orderRanks}. */
  final int[] busiestFirst;

  private final int[] held;
  private final HeaviestFirst order;
  private int replicas;

  /**
   * An empty packing.
   *
   * @param capacities how many slots each rank has, from 1 to {@code experts}
   * @param speeds how fast each rank is
   */
  Packing(int experts, int[] capacities, double[] speeds) {
    this.experts = experts;
    this.ranks = capacities.length;
    this.first = new int[ranks + 1];
    this.slowness = new double[ranks];
    for (int rank = 0; rank < ranks; rank++) {
      first[rank + 1] = first[rank] + capacities[rank];
      slowness[rank] = 1 / speeds[rank];
    }
    this.weight = new double[experts];
    this.count = new int[experts];
    this.share = new double[experts];
    this.head = new int[experts];
    this.load = new double[ranks];
    this.busiestFirst = new int[ranks];
    this.held = new int[ranks];
    this.replicaAt = new int[slots()];
    this.shareAt = new double[slots()];
    this.expertOf = new int[slots()];
    this.rankOf = new int[slots()];
    this.next = new int[slots()];
    this.order = new HeaviestFirst(ranks);
  }

  int slots() {
    return first[ranks];
  }

  int expertAt(int slot) {
    return expertOf[replicaAt[slot]];
  }

  boolean hasRoom(int rank) {
    return held[rank] < first[rank + 1] - first[rank];
  }

  /** The time that a rank takes for its load. */
  double work(int rank) {
    return load[rank] * slowness[rank];
  }

  /** The rank with the most work, as of the last {@link #orderRanks}. */
  int busiest() {
    return busiestFirst[0];
  }

  /** Orders {@link #busiestFirst} anew; fast where few ranks have changed since the last time. */
  void orderRanks() {
    for (int i = 1; i < ranks; i++) {
      int rank = busiestFirst[i];
      double work = load[rank] * slowness[rank];
      int at = i;
      while (at > 0 && isBefore(rank, work, busiestFirst[at - 1])) {
        busiestFirst[at] = busiestFirst[at - 1];
        at--;
      }
      busiestFirst[at] = rank;
    }
  }

  private boolean isBefore(int rank, double work, int other) {
    double otherWork = load[other] * slowness[other];
    return work > otherWork || (work == otherWork && rank < other);
  }

  boolean holds(int rank, int expert) {
    for (int replica = head[expert]; replica != NONE; replica = next[replica]) {
      if (rankOf[replica] == rank) {
        return true;
      }
    }
    return false;
  }

  /** Takes everything out of the slots. */
  void clear() {
    Arrays.fill(held, 0);
    Arrays.fill(load, 0);
    Arrays.fill(head, NONE);
    replicas = 0;
  }

  /** Tells the packing that every slot is filled. */
  void complete() {
    for (int rank = 0; rank < ranks; rank++) {
      busiestFirst[rank] = rank;
    }
    order.sort(busiestFirst, 0, ranks, load);
    orderRanks();
  }

  /** Puts a replica, which {@link #count} and {@link #share} know already, on a rank with room. */
  void add(int expert, int rank) {
    int replica = replicas++;
    expertOf[replica] = expert;
    rankOf[replica] = rank;
    next[replica] = head[expert];
    head[expert] = replica;
    load[rank] += share[expert];
    int slot = first[rank] + held[rank]++;
    settle(slot, rank, replica, share[expert]);
  }

  /** Gives an expert a further replica, on a rank with room; all its replicas then carry less. */
  void addFurther(int expert, int rank) {
    count[expert]++;
    shareAnew(expert);
    add(expert, rank);
  }

  /** Exchanges the replicas in two slots of two ranks. */
  void swap(int slot, int rank, int otherSlot, int otherRank) {
    int replica = replicaAt[slot];
    int other = replicaAt[otherSlot];
    double moved = shareAt[slot];
    double received = shareAt[otherSlot];
    rankOf[replica] = otherRank;
    rankOf[other] = rank;
    load[rank] += received - moved;
    load[otherRank] += moved - received;
    settle(slot, rank, other, received);
    settle(otherSlot, otherRank, replica, moved);
  }

  /** Makes a replica one of another expert, in its slot; both experts share their load anew. */
  void retype(int replica, int expert) {
    int former = expertOf[replica];
    int rank = rankOf[replica];
    unlink(replica, former);
    load[rank] -= share[former];
    count[former]--;
    shareAnew(former);
    count[expert]++;
    shareAnew(expert);
    expertOf[replica] = expert;
    next[replica] = head[expert];
    head[expert] = replica;
    load[rank] += share[expert];
    settle(slotOf(replica), rank, replica, share[expert]);
  }

  private void unlink(int replica, int expert) {
    if (head[expert] == replica) {
      head[expert] = next[replica];
      return;
    }
    int before = head[expert];
    while (next[before] != replica) {
      before = next[before];
    }
    next[before] = next[replica];
  }

  private void shareAnew(int expert) {
    double now = weight[expert] / count[expert];
    for (int replica = head[expert]; replica != NONE; replica = next[replica]) {
      int rank = rankOf[replica];
      load[rank] += now - share[expert];
      settle(slotOf(replica), rank, replica, now);
    }
    share[expert] = now;
  }

  /** Where a replica lies. */
  int slotOf(int replica) {
    int slot = first[rankOf[replica]];
    while (replicaAt[slot] != replica) {
      slot++;
    }
    return slot;
  }

  /** Puts a replica where its load belongs on a rank that is in order but for a gap. */
  private void settle(int gap, int rank, int replica, double value) {
    int at = gap;
    int low = first[rank];
    int high = low + held[rank] - 1;
    while (at > low && shareAt[at - 1] > value) {
      shareAt[at] = shareAt[at - 1];
      replicaAt[at] = replicaAt[at - 1];
      at--;
    }
    while (at < high && shareAt[at + 1] < value) {
      shareAt[at] = shareAt[at + 1];
      replicaAt[at] = replicaAt[at + 1];
      at++;
    }
    shareAt[at] = value;
    replicaAt[at] = replica;
  }

  /** Becomes equal to another packing of the same layer and cluster. */
  void copyFrom(Packing other) {
    copy(other.weight, weight);
    copy(other.share, share);
    copy(other.load, load);
    copy(other.shareAt, shareAt);
    copy(other.count, count);
    copy(other.head, head);
    copy(other.held, held);
    copy(other.busiestFirst, busiestFirst);
    copy(other.replicaAt, replicaAt);
    copy(other.expertOf, expertOf);
    copy(other.rankOf, rankOf);
    copy(other.next, next);
    replicas = other.replicas;
  }

  private static void copy(int[] from, int[] to) {
    System.arraycopy(from, 0, to, 0, to.length);
  }

  private static void copy(double[] from, double[] to) {
    System.arraycopy(from, 0, to, 0, to.length);
  }
}

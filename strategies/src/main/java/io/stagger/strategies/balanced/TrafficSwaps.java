package io.stagger.strategies.balanced;

/**
 * Finds the exchange of a replica with one of another rank that lowers most what a plan costs: the
 * ranks' overload, and the spread by its weight.
 */
final class TrafficSwaps {

  private final Packing packing;
  private final GroupLoads groups;
  private final SpreadChanges changes;
  private final Overload overload;
  private final Budget budget;
  private final double weight;

  private int slot;
  private int rank;
  private double gain;
  private int otherSlot;
  private int otherRank;

  TrafficSwaps(
      GroupLoads groups, SpreadChanges changes, Overload overload, Budget budget, double weight) {
    this.packing = groups.packing;
    this.groups = groups;
    this.changes = changes;
    this.overload = overload;
    this.budget = budget;
    this.weight = weight;
  }

  /**
   * Looks for an exchange.
   *
   * @param ofSlot the slot of the replica
   * @param ofRank the rank of the slot
   * @param least what it must gain
   */
  boolean find(int ofSlot, int ofRank, double least) {
    slot = ofSlot;
    rank = ofRank;
    gain = least;
    otherSlot = Packing.NONE;
    double over = overload.of(rank);
    for (int other = 0; other < packing.ranks; other++) {
      if (over + overload.of(other) - weight * leastChange(other) > gain && other != rank) {
        tryPartner(other);
      }
    }
    budget.spend(packing.ranks);
    return otherSlot != Packing.NONE;
  }

  void apply() {
    int group = groups.groupOf[packing.expertAt(slot)];
    int otherGroup = groups.groupOf[packing.expertAt(otherSlot)];
    packing.swap(slot, rank, otherSlot, otherRank);
    if (groups.nodeOf[rank] != groups.nodeOf[otherRank]) {
      changes.recount(group, otherGroup);
    } else {
      changes.recountRanks(rank, otherRank);
    }
  }

  /** No exchange with the rank changes the spread by less; 0 on the same node. */
  private double leastChange(int other) {
    return changes.ofMove(packing.replicaAt[slot], groups.nodeOf[other])
        + changes.ofLeastMove(other, groups.nodeOf[rank]);
  }

  private void tryPartner(int other) {
    int replica = packing.replicaAt[slot];
    int node = groups.nodeOf[rank];
    int end = packing.first[other + 1];
    double relief = overload.of(rank) + overload.of(other);
    double move = changes.ofMove(replica, groups.nodeOf[other]);
    for (int at = packing.first[other]; at < end; at++) {
      double moved = packing.shareAt[slot] - packing.shareAt[at];
      double most =
          relief
              - overload.with(rank, -moved)
              - overload.with(other, moved)
              - weight * (move + changes.ofMove(packing.replicaAt[at], node));
      if (most > gain && isAllowed(other, at)) {
        tryExchange(other, at, most);
      }
    }
    budget.spend(end - packing.first[other]);
  }

  /**
   * Keeps an exchange if it is the best.
   *
   * @param most what it gains, or more than that if both replicas are of one group
   */
  private void tryExchange(int other, int at, double most) {
    int group = groups.groupOf[packing.expertAt(slot)];
    double gained = most;
    if (group == groups.groupOf[packing.expertAt(at)]) {
      double moved = packing.shareAt[slot] - packing.shareAt[at];
      gained =
          overload.of(rank)
              + overload.of(other)
              - overload.with(rank, -moved)
              - overload.with(other, moved)
              - weight * changeWithinGroup(group, groups.nodeOf[other], moved);
    }
    if (gained > gain) {
      gain = gained;
      otherRank = other;
      otherSlot = at;
    }
  }

  private double changeWithinGroup(int group, int otherNode, double moved) {
    int node = groups.nodeOf[rank];
    return node == otherNode
        ? 0
        : groups.change(group, node, -moved) + groups.change(group, otherNode, moved);
  }

  private boolean isAllowed(int other, int at) {
    int expert = packing.expertAt(slot);
    int otherExpert = packing.expertAt(at);
    return expert != otherExpert
        && (packing.count[expert] == 1 || !packing.holds(other, expert))
        && (packing.count[otherExpert] == 1 || !packing.holds(rank, otherExpert));
  }
}

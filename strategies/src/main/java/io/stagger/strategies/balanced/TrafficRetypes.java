package io.stagger.strategies.balanced;

import java.util.Arrays;

/**
 * Finds the change of a replica to one of another expert, in its slot, that lowers most what a plan
 * costs: the ranks' overload, and the spread by its weight.
 */
final class TrafficRetypes {

  private final Packing packing;
  private final GroupLoads groups;
  private final SpreadChanges changes;
  private final Overload overload;
  private final Budget budget;
  private final double weight;

  /** What each node gets of the former expert's group, and of the other's, if that is another. */
  private final double[] formerOnNode;

  private final double[] otherOnNode;

  /** What each rank gets; 0 but for those that are touched. */
  private final double[] more;

  private final int[] touched;
  private int touches;

  private int replica;
  private double gain;
  private int expert;

  TrafficRetypes(
      GroupLoads groups, SpreadChanges changes, Overload overload, Budget budget, double weight) {
    this.packing = groups.packing;
    this.groups = groups;
    this.changes = changes;
    this.overload = overload;
    this.budget = budget;
    this.weight = weight;
    this.formerOnNode = new double[groups.nodes];
    this.otherOnNode = new double[groups.nodes];
    this.more = new double[packing.ranks];
    this.touched = new int[packing.slots() + 2];
  }

  /**
   * Looks for a change.
   *
   * @param ofReplica of an expert that has several
   * @param least what it must gain
   */
  boolean find(int ofReplica, double least) {
    replica = ofReplica;
    gain = least;
    expert = Packing.NONE;
    int rank = packing.rankOf[replica];
    int node = groups.nodeOf[rank];
    double over = overload.of(rank);
    double anywhere = overloadOfAll();
    double removal = removal();
    for (int other = 0; other < packing.experts; other++) {
      double spread = weight * (removal + changes.ofAddition(other, node));
      if (anywhere - spread > gain
          && over + overloadOfHolders(other) - spread > gain
          && !packing.holds(rank, other)) {
        tryExpert(other);
      }
    }
    budget.spend(packing.experts);
    return expert != Packing.NONE;
  }

  void apply() {
    int former = groups.groupOf[packing.expertOf[replica]];
    packing.retype(replica, expert);
    changes.recount(former, groups.groupOf[expert]);
  }

  private double overloadOfAll() {
    double sum = 0;
    for (int rank = 0; rank < packing.ranks; rank++) {
      sum += overload.of(rank);
    }
    return sum;
  }

  private double overloadOfHolders(int of) {
    double sum = 0;
    for (int r = packing.head[of]; r != Packing.NONE; r = packing.next[r]) {
      sum += overload.of(packing.rankOf[r]);
    }
    return sum;
  }

  /** How the spread changes if the replica goes, and the others of its expert carry more. */
  private double removal() {
    int former = packing.expertOf[replica];
    Arrays.fill(formerOnNode, 0);
    takeFormer(former);
    clearRanks();
    return change(former, formerOnNode);
  }

  private void tryExpert(int other) {
    int former = packing.expertOf[replica];
    boolean sameGroup = groups.groupOf[former] == groups.groupOf[other];
    Arrays.fill(formerOnNode, 0);
    Arrays.fill(otherOnNode, 0);
    takeFormer(former);
    giveOther(other, sameGroup ? formerOnNode : otherOnNode);
    budget.spend(packing.count[former] + packing.count[other]);
    double gained =
        clearRanks() - weight * (change(former, formerOnNode) + change(other, otherOnNode));
    if (gained > gain) {
      gain = gained;
      expert = other;
    }
  }

  private void takeFormer(int former) {
    double then = packing.weight[former] / (packing.count[former] - 1);
    add(packing.rankOf[replica], -then, formerOnNode);
    addToReplicas(former, then - packing.share[former], formerOnNode);
  }

  private void giveOther(int other, double[] onNode) {
    double then = packing.weight[other] / (packing.count[other] + 1);
    add(packing.rankOf[replica], then, onNode);
    addToReplicas(other, then - packing.share[other], onNode);
  }

  private void addToReplicas(int of, double load, double[] onNode) {
    for (int r = packing.head[of]; r != Packing.NONE; r = packing.next[r]) {
      add(packing.rankOf[r], load, onNode);
    }
  }

  private void add(int rank, double load, double[] onNode) {
    more[rank] += load;
    touched[touches++] = rank;
    onNode[groups.nodeOf[rank]] += load;
  }

  /** How much overload goes; what the ranks get is forgotten. */
  private double clearRanks() {
    double gained = 0;
    for (int i = 0; i < touches; i++) {
      // A rank that was touched twice gets all of it the first time, and nothing after that.
      int rank = touched[i];
      gained += overload.of(rank) - overload.with(rank, more[rank]);
      more[rank] = 0;
    }
    touches = 0;
    return gained;
  }

  private double change(int of, double[] onNode) {
    double sum = 0;
    for (int node = 0; node < groups.nodes; node++) {
      sum += onNode[node] == 0 ? 0 : groups.change(groups.groupOf[of], node, onNode[node]);
    }
    return sum;
  }
}

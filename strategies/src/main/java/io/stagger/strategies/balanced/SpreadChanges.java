package io.stagger.strategies.balanced;

import java.util.Arrays;

/**
 * What moves of replicas would change of the spread: tables, kept up to date group by group. The
 * spread is concave in a group's load on its nodes, and groups do not touch each other; so the
 * changes of two moves, together, are exact for replicas of two groups, and no more than what the
 * exchange really changes for two of one group.
 *
 * <p>Not thread-safe.
 */
final class SpreadChanges {

  /** Entries of the tables that take as long as a step of the budget. */
  private static final int ENTRIES_A_STEP = 4;

  private final Packing packing;
  private final GroupLoads groups;
  private final int nodes;

  /** If a replica goes to a node, {@code [replicas * nodes]}. */
  private final double[] moves;

  /** The least of the moves of a rank's replicas to a node, {@code [ranks * nodes]}. */
  private final double[] leastMoves;

  /** If an expert gets a further replica on a node, {@code [experts * nodes]}. */
  private final double[] additions;

  /** Groups whose additions are not up to date; they are seldom asked for. */
  private final boolean[] stale;

  private final int[] held;
  private final Budget budget;

  SpreadChanges(GroupLoads groups, Budget budget) {
    this.budget = budget;
    this.groups = groups;
    this.packing = groups.packing;
    this.nodes = groups.nodes;
    this.moves = new double[packing.slots() * nodes];
    this.leastMoves = new double[packing.ranks * nodes];
    this.additions = new double[packing.experts * nodes];
    this.stale = new boolean[groups.groups];
    this.held = new int[nodes];
  }

  /** Counts all groups anew. */
  void count() {
    for (int group = 0; group < groups.groups; group++) {
      countGroup(group);
    }
    findLeastMoves();
  }

  /** Counts one or two groups anew, after replicas of theirs went to other nodes. */
  void recount(int group, int other) {
    countGroup(group);
    if (other != group) {
      countGroup(other);
    }
    findLeastMoves();
  }

  /** Counts anew what ranks of the same node have, after they exchanged replicas. */
  void recountRanks(int rank, int other) {
    findLeastMoves(rank);
    findLeastMoves(other);
  }

  private void countGroup(int group) {
    groups.count(group);
    stale[group] = true;
    for (int expert = group * groups.groupSize; expert < (group + 1) * groups.groupSize; expert++) {
      for (int r = packing.head[expert]; r != Packing.NONE; r = packing.next[r]) {
        weighMoves(r, group, packing.share[expert]);
      }
      budget.spend(packing.count[expert] * nodes);
    }
  }

  private void weighMoves(int replica, int group, double share) {
    int from = groups.nodeOf[packing.rankOf[replica]];
    double left = groups.change(group, from, -share);
    for (int node = 0; node < nodes; node++) {
      moves[replica * nodes + node] = node == from ? 0 : left + groups.change(group, node, share);
    }
  }

  private void findLeastMoves() {
    for (int rank = 0; rank < packing.ranks; rank++) {
      findLeastMoves(rank);
    }
    budget.spend(packing.slots() * nodes / ENTRIES_A_STEP);
  }

  private void findLeastMoves(int rank) {
    int row = rank * nodes;
    Arrays.fill(leastMoves, row, row + nodes, Double.POSITIVE_INFINITY);
    for (int slot = packing.first[rank]; slot < packing.first[rank + 1]; slot++) {
      int from = packing.replicaAt[slot] * nodes;
      for (int node = 0; node < nodes; node++) {
        leastMoves[row + node] = Math.min(leastMoves[row + node], moves[from + node]);
      }
    }
  }

  /** If a replica goes to a node. */
  double ofMove(int replica, int node) {
    return moves[replica * nodes + node];
  }

  /** The least if any replica of a rank goes to a node. */
  double ofLeastMove(int rank, int node) {
    return leastMoves[rank * nodes + node];
  }

  /** If an expert gets a further replica on a node, all its replicas then carrying less. */
  double ofAddition(int expert, int node) {
    int group = groups.groupOf[expert];
    if (stale[group]) {
      stale[group] = false;
      for (int e = group * groups.groupSize; e < (group + 1) * groups.groupSize; e++) {
        weighAdditions(e, group);
      }
      budget.spend(groups.groupSize * nodes);
    }
    return additions[expert * nodes + node];
  }

  private void weighAdditions(int expert, int group) {
    Arrays.fill(held, 0);
    for (int r = packing.head[expert]; r != Packing.NONE; r = packing.next[r]) {
      held[groups.nodeOf[packing.rankOf[r]]]++;
    }
    double then = packing.weight[expert] / (packing.count[expert] + 1);
    double less = packing.share[expert] - then;
    double relieved = 0;
    for (int node = 0; node < nodes; node++) {
      double here = held[node] == 0 ? 0 : groups.change(group, node, -held[node] * less);
      additions[expert * nodes + node] =
          groups.change(group, node, then - held[node] * less) - here;
      relieved += here;
    }
    for (int node = 0; node < nodes; node++) {
      additions[expert * nodes + node] += relieved;
    }
  }
}

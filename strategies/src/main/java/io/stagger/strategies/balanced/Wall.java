package io.stagger.strategies.balanced;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The plan in which every group lies on one node, as in the hierarchical policy of DeepSeek's EPLB
 * (github.com/deepseek-ai/EPLB): groups are dealt to nodes, then each node's slots to spare go to
 * the heaviest replicas among its experts, and these are dealt to its ranks; heaviest first every
 * time, each to where the work will be done first (R. L. Graham's rule). A group that no node has
 * room for is dealt to as few nodes as have it.
 *
 * <p>Keeps its scratch between calls: not thread-safe.
 */
final class Wall {

  private final Packing packing;
  private final GroupLoads groups;
  private final int[][] ranksOf;
  private final double[] speed;
  private final int[] slots;

  private final int[] nodeOfExpert;
  private final int[] room;
  private final double[] load;
  private final int[] groupOrder;
  private final int[] expertOrder;
  private final HeaviestFirst heaviestGroups;
  private final HeaviestFirst heaviestExperts;

  Wall(GroupLoads groups) {
    this.packing = groups.packing;
    this.groups = groups;
    int nodes = groups.nodes;
    this.ranksOf = new int[nodes][];
    this.speed = new double[nodes];
    this.slots = new int[nodes];
    for (int node = 0; node < nodes; node++) {
      int which = node;
      ranksOf[node] =
          IntStream.range(0, packing.ranks).filter(rank -> groups.nodeOf[rank] == which).toArray();
      for (int rank : ranksOf[node]) {
        speed[node] += 1 / packing.slowness[rank];
        slots[node] += packing.first[rank + 1] - packing.first[rank];
      }
    }
    this.nodeOfExpert = new int[packing.experts];
    this.room = new int[nodes];
    this.load = new double[nodes];
    this.groupOrder = new int[groups.groups];
    this.expertOrder = new int[packing.experts];
    this.heaviestGroups = new HeaviestFirst(groups.groups);
    this.heaviestExperts = new HeaviestFirst(packing.experts);
  }

  /** Fills the packing. Its weights are set, those of the groups too; all else is overwritten. */
  void build() {
    dealGroups();
    Arrays.fill(packing.count, 1);
    System.arraycopy(packing.weight, 0, packing.share, 0, packing.experts);
    packing.clear();
    for (int node = 0; node < groups.nodes; node++) {
      if (ranksOf[node].length > 0) {
        dealNode(node);
      }
    }
    for (int rank = 0; rank < packing.ranks; rank++) {
      while (packing.hasRoom(rank)) {
        packing.addFurther(furtherFor(rank), rank);
      }
    }
    packing.complete();
  }

  private void dealGroups() {
    System.arraycopy(slots, 0, room, 0, room.length);
    Arrays.fill(load, 0);
    Arrays.setAll(groupOrder, group -> group);
    heaviestGroups.sort(groupOrder, 0, groupOrder.length, groups.load);
    for (int group : groupOrder) {
      int node = firstDone(groups.load[group], groups.groupSize);
      if (node == Packing.NONE) {
        split(group);
      } else {
        for (int i = 0; i < groups.groupSize; i++) {
          put(group * groups.groupSize + i, node);
        }
      }
    }
  }

  /** The node with room for so many experts that would be done first with them. */
  private int firstDone(double more, int experts) {
    int first = Packing.NONE;
    double least = Double.POSITIVE_INFINITY;
    for (int node = 0; node < room.length; node++) {
      double done = (load[node] + more) / speed[node];
      if (room[node] >= experts && done < least) {
        least = done;
        first = node;
      }
    }
    return first;
  }

  /** The roomiest node takes the heaviest experts that it has room for, the next one the next. */
  private void split(int group) {
    int[] experts = new int[groups.groupSize];
    Arrays.setAll(experts, i -> group * experts.length + i);
    heaviestExperts.sort(experts, 0, experts.length, packing.weight);
    int node = Packing.NONE;
    for (int expert : experts) {
      if (node == Packing.NONE || room[node] == 0) {
        node = roomiest();
      }
      put(expert, node);
    }
  }

  private int roomiest() {
    int most = 0;
    for (int node = 1; node < room.length; node++) {
      most = room[node] > room[most] ? node : most;
    }
    return most;
  }

  private void put(int expert, int node) {
    nodeOfExpert[expert] = node;
    load[node] += packing.weight[expert];
    room[node]--;
  }

  private void dealNode(int node) {
    int held = 0;
    for (int expert = 0; expert < packing.experts; expert++) {
      if (nodeOfExpert[expert] == node) {
        expertOrder[held++] = expert;
      }
    }
    for (int spare = slots[node] - held; spare > 0; spare--) {
      replicateHeaviest(held, ranksOf[node].length);
    }
    heaviestExperts.sort(expertOrder, 0, held, packing.share);
    for (int i = 0; i < held; i++) {
      deal(expertOrder[i], node);
    }
  }

  private void replicateHeaviest(int held, int most) {
    int heaviest = Packing.NONE;
    for (int i = 0; i < held; i++) {
      int expert = expertOrder[i];
      boolean heavier = heaviest == Packing.NONE || packing.share[expert] > packing.share[heaviest];
      if (heavier && packing.count[expert] < most) {
        heaviest = expert;
      }
    }
    if (heaviest != Packing.NONE) {
      packing.count[heaviest]++;
      packing.share[heaviest] = packing.weight[heaviest] / packing.count[heaviest];
    }
  }

  /** Replicas that find no rank of the node become replicas of other experts. */
  private void deal(int expert, int node) {
    int wanted = packing.count[expert];
    int with = 0;
    for (int rank : ranksOf[node]) {
      with += packing.hasRoom(rank) ? 1 : 0;
    }
    packing.count[expert] = Math.min(wanted, with);
    packing.share[expert] = packing.weight[expert] / packing.count[expert];
    for (int i = 0; i < packing.count[expert]; i++) {
      packing.add(expert, firstDoneRank(expert, node));
    }
  }

  private int firstDoneRank(int expert, int node) {
    int first = Packing.NONE;
    double least = Double.POSITIVE_INFINITY;
    for (int rank : ranksOf[node]) {
      double done = (packing.load[rank] + packing.share[expert]) * packing.slowness[rank];
      if (done < least && packing.hasRoom(rank) && !packing.holds(rank, expert)) {
        least = done;
        first = rank;
      }
    }
    return first;
  }

  /** The heaviest of the node's experts; if the rank holds all of them, the lightest of another. */
  private int furtherFor(int rank) {
    int node = groups.nodeOf[rank];
    int first = Packing.NONE;
    for (int expert = 0; expert < packing.experts; expert++) {
      boolean before = first == Packing.NONE || isBefore(expert, first, node);
      if (before && !packing.holds(rank, expert)) {
        first = expert;
      }
    }
    return first;
  }

  private boolean isBefore(int expert, int other, int node) {
    boolean here = nodeOfExpert[expert] == node;
    if (here != (nodeOfExpert[other] == node)) {
      return here;
    }
    return here
        ? packing.share[expert] > packing.share[other]
        : packing.weight[expert] < packing.weight[other];
  }
}

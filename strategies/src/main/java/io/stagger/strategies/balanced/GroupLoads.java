package io.stagger.strategies.balanced;

import io.stagger.api.ModelShape;
import io.stagger.api.NodeSpread;
import java.util.Arrays;

/**
 * How much of each expert group's load lies on each node in a packing, and the spread that this
 * makes, see {@link NodeSpread}. The packing is changed elsewhere; a group whose replicas have
 * moved is then counted anew, so no rounding adds up.
 *
 * <p>Not thread-safe.
 */
final class GroupLoads {

  final Packing packing;
  final int groups;
  final int groupSize;
  final int nodes;

  /** The node of each rank that counts. */
  final int[] nodeOf;

  /** The group of each expert. */
  final int[] groupOf;

  /** The load of each group. */
  final double[] load;

  private final double choices;

  /** The inverse of each group's load; 0 where it has none. */
  private final double[] perLoad;

  /** Each group's share of the layer's load. */
  private final double[] weight;

  /** The load of each group on each node, {@code [groups * nodes]}. */
  private final double[] onNode;

  /** How likely a token that chooses the group visits the node, {@code [groups * nodes]}. */
  private final double[] visited;

  /** The nodes that a token visits for each group that it chooses. */
  private final double[] nodesVisited;

  /**
   * Groups without load.
   *
   * @param nodes how many nodes there are
   * @param nodeOf the node of each rank of the packing
   */
  GroupLoads(Packing packing, ModelShape model, int nodes, int[] nodeOf) {
    this.packing = packing;
    this.groups = model.groups();
    this.groupSize = model.expertsPerGroup();
    this.nodes = nodes;
    this.nodeOf = nodeOf;
    this.groupOf = new int[packing.experts];
    Arrays.setAll(groupOf, expert -> expert / groupSize);
    this.load = new double[groups];
    this.choices = NodeSpread.choicesPerGroup(model);
    this.perLoad = new double[groups];
    this.weight = new double[groups];
    this.onNode = new double[groups * nodes];
    this.visited = new double[groups * nodes];
    this.nodesVisited = new double[groups];
  }

  /** Takes the packing's weights, of which at least one is above 0. */
  void weigh() {
    Arrays.fill(load, 0);
    double total = 0;
    for (int expert = 0; expert < packing.experts; expert++) {
      load[groupOf[expert]] += packing.weight[expert];
      total += packing.weight[expert];
    }
    for (int group = 0; group < groups; group++) {
      perLoad[group] = load[group] == 0 ? 0 : 1 / load[group];
      weight[group] = load[group] / total;
    }
  }

  /** Counts a group's load on the nodes. */
  void count(int group) {
    int row = group * nodes;
    Arrays.fill(onNode, row, row + nodes, 0);
    for (int expert = group * groupSize; expert < (group + 1) * groupSize; expert++) {
      for (int r = packing.head[expert]; r != Packing.NONE; r = packing.next[r]) {
        onNode[row + nodeOf[packing.rankOf[r]]] += packing.share[expert];
      }
    }
    nodesVisited[group] = 0;
    for (int node = 0; node < nodes; node++) {
      visited[row + node] = visitedWith(group, onNode[row + node]);
      nodesVisited[group] += visited[row + node];
    }
  }

  private double visitedWith(int group, double loadOnNode) {
    return NodeSpread.visited(loadOnNode * perLoad[group], choices);
  }

  /** The nodes that a token visits for each group that it chooses. */
  double spread() {
    double sum = 0;
    for (int group = 0; group < groups; group++) {
      sum += nodesVisited[group] * weight[group];
    }
    return sum;
  }

  /** How the spread changes if a node has more of a group's load, the other nodes aside. */
  double change(int group, int node, double more) {
    int at = group * nodes + node;
    return (visitedWith(group, onNode[at] + more) - visited[at]) * weight[group];
  }
}

package io.stagger.strategies.eplb;

import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import java.util.Arrays;

/**
 * Plans one layer after the other by DeepSeek's hierarchical load balancing:
 *
 * <ol>
 *   <li>pack the expert groups to nodes, so that a group's experts share a node;
 *   <li>replicate the heavily loaded experts within each node;
 *   <li>pack the replicas of a node to its ranks.
 * </ol>
 *
 * <p>Global balancing is the same with all ranks as one node and all experts as one group. It also
 * takes ranks of different capacity, which the original does not know.
 *
 * <p>Keeps its scratch between layers: not thread-safe.
 */
final class EplbPlanner {

  private final int nodes;
  private final int groups;
  private final int groupSize;
  private final int expertsPerNode;
  private final int ranksPerNode;
  private final int replicasPerNode;

  /** The first slot of each rank, and the local slot is the position in the rank. */
  private final int[] firstSlot;

  private final BalancedPacking nodePacking;
  private final Replication replication;
  private final BalancedPacking rankPacking;
  private final float[] groupLoad;

  /** The experts in the order of their nodes: the first {@code expertsPerNode} are on node 0. */
  private final int[] nodeMajor;

  private final float[] nodeLoad;

  /** The place of each replica's expert on its node, {@code [nodes * replicasPerNode]}. */
  private final int[] expertOnNode;

  private final float[] share;

  private EplbPlanner(int experts, int groups, int nodes, int[] firstSlot, int[] nodeCapacities) {
    this.nodes = nodes;
    this.groups = groups;
    this.groupSize = experts / groups;
    this.expertsPerNode = experts / nodes;
    this.ranksPerNode = nodeCapacities.length;
    this.replicasPerNode = Arrays.stream(nodeCapacities).sum();
    this.firstSlot = firstSlot;
    int[] groupsPerNode = new int[nodes];
    Arrays.fill(groupsPerNode, groups / nodes);
    this.nodePacking = new BalancedPacking(1, groupsPerNode, groups);
    this.replication = new Replication(expertsPerNode, replicasPerNode);
    this.rankPacking = new BalancedPacking(nodes, nodeCapacities, replicasPerNode);
    this.groupLoad = new float[groups];
    this.nodeMajor = new int[experts];
    this.nodeLoad = new float[expertsPerNode];
    this.expertOnNode = new int[nodes * replicasPerNode];
    this.share = new float[nodes * replicasPerNode];
  }

  /**
   * A planner for a model on a cluster that has room for it.
   *
   * @param policy hierarchical only if {@link Policy#obstacleToHierarchy} finds no obstacle
   */
  static EplbPlanner of(Policy policy, ModelShape model, Cluster cluster) {
    int groups = policy == Policy.HIERARCHICAL ? model.groups() : 1;
    int nodes = policy == Policy.HIERARCHICAL ? cluster.nodes() : 1;
    // Without an obstacle all nodes are alike, so the first stands for each.
    int[] nodeCapacities = Arrays.copyOf(usableSlots(cluster), cluster.ranks() / nodes);
    return new EplbPlanner(model.experts(), groups, nodes, firstSlots(cluster), nodeCapacities);
  }

  private static int[] firstSlots(Cluster cluster) {
    int[] first = new int[cluster.ranks()];
    Arrays.setAll(first, cluster.layout()::firstSlot);
    return first;
  }

  private static int[] usableSlots(Cluster cluster) {
    int[] usable = new int[cluster.ranks()];
    Arrays.setAll(usable, rank -> cluster.isUp(rank) ? cluster.layout().slotsOf(rank) : 0);
    return usable;
  }

  /**
   * Plans a layer.
   *
   * @param load of each expert, from 0
   * @param physicalToLogical receives the expert of each slot of the layer; slots that stay empty
   *     are left as they are
   * @param row the layer's first slot in {@code physicalToLogical}
   */
  void planLayer(float[] load, int[] physicalToLogical, int row) {
    packGroupsToNodes(load);
    for (int node = 0; node < nodes; node++) {
      int first = node * expertsPerNode;
      for (int i = 0; i < expertsPerNode; i++) {
        nodeLoad[i] = load[nodeMajor[first + i]];
      }
      replication.replicate(nodeLoad, expertOnNode, share, node * replicasPerNode);
    }
    rankPacking.pack(share);
    for (int node = 0; node < nodes; node++) {
      int first = node * replicasPerNode;
      for (int replica = first; replica < first + replicasPerNode; replica++) {
        int rank = node * ranksPerNode + rankPacking.packOf(replica);
        int slot = firstSlot[rank] + rankPacking.positionOf(replica);
        physicalToLogical[row + slot] = nodeMajor[node * expertsPerNode + expertOnNode[replica]];
      }
    }
  }

  private void packGroupsToNodes(float[] load) {
    for (int group = 0; group < groups; group++) {
      groupLoad[group] = GroupSum.of(load, group * groupSize, groupSize);
    }
    nodePacking.pack(groupLoad);
    for (int group = 0; group < groups; group++) {
      int first = nodePacking.packOf(group) * expertsPerNode;
      first += nodePacking.positionOf(group) * groupSize;
      for (int i = 0; i < groupSize; i++) {
        nodeMajor[first + i] = group * groupSize + i;
      }
    }
  }
}

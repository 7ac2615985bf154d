package io.stagger.engine.simulator.cost;

import io.stagger.api.Cluster;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidClusterException;

/**
 * A roofline of one MoE layer in one step. A rank's experts take as long as the slower of two
 * things: reading the weights of its activated experts once, and computing its tokens; the layer
 * waits for the slowest rank. Before, tokens are dispatched, after, they are combined: each takes
 * the longer of what the busiest rank exchanges within its node and between nodes. Nothing
 * overlaps. Attention, router, shared experts and all that placements have no part in are left out,
 * as is everything that keeps machines from their peak.
 *
 * @param hardware the machines
 * @param sizes the experts
 */
public record CostModel(Hardware hardware, ExpertSizes sizes) {

  /**
   * Checks that a cluster can be made of the machines.
   *
   * @throws InvalidClusterException if its nodes have more ranks
   */
  public void requireFits(Cluster cluster) {
    if (cluster.ranksPerNode() > hardware.ranksPerNode()) {
      throw new InvalidClusterException(
          Diagnosis.of(cluster.ranksPerNode() + " ranks on a node", "cluster")
              .expecting(
                  "at most %d, as %s has".formatted(hardware.ranksPerNode(), hardware.name()))
              .remedy("Give more nodes, or other hardware"));
    }
  }

  /** Seconds that a layer's terms take. */
  public LayerTime time(RankWork work, Cluster cluster) {
    double weights = 0;
    double flops = 0;
    double experts = 0;
    for (int rank = 0; rank < work.ranks(); rank++) {
      double read =
          work.activated(rank)
              * sizes.expertBytes()
              / hardware.memoryBytesPerSecond()
              / cluster.speed(rank);
      double compute =
          work.tokens(rank) * sizes.flopsPerToken() / hardware.flops() / cluster.speed(rank);
      weights = Math.max(weights, read);
      flops = Math.max(flops, compute);
      experts = Math.max(experts, Math.max(read, compute));
    }
    double oneWay =
        Math.max(
            hardware.withinNode().seconds(work.busiestWithin() * sizes.tokenBytes()),
            hardware.betweenNodes().seconds(work.busiestBetween() * sizes.tokenBytes()));
    return new LayerTime(weights, flops, experts, oneWay, oneWay);
  }
}

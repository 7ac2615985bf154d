package io.stagger.api;

import io.stagger.api.error.InvalidClusterException;
import io.stagger.api.error.InvalidLoadException;
import java.util.Arrays;

/**
 * Over how many nodes a placement spreads the experts that a token takes together: the nodes that a
 * token is expected to visit for each group that it chooses, its experts of the group being chosen
 * independently, by their loads. What can be said of traffic between nodes without a trace.
 *
 * <p>Let {@code f(g, n)} be the share of group {@code g}'s load that lies on node {@code n}, an
 * expert's load being shared equally by its replicas, and {@code k} {@link #choicesPerGroup}. The
 * spread of a layer is the mean over the groups, weighted by their loads, of the sum over the nodes
 * of {@code 1 - (1 - f(g, n))^k}, see {@link #visited}.
 *
 * <p>It is 1, the least, where every group lies on one node, as in the hierarchical policy of
 * DeepSeek's EPLB, and at most {@code k} or the number of nodes. A model without groups counts as
 * one of one group: then the spread is the nodes that a token visits.
 */
public final class NodeSpread {

  private final double[] spreads;

  private NodeSpread(double[] spreads) {
    this.spreads = spreads;
  }

  /**
   * The spread of a placement under a load.
   *
   * @param model whose groups and choices count
   * @param cluster whose nodes count; of the placement's ranks
   * @throws InvalidLoadException if the load has other layers or experts than the placement or the
   *     model
   * @throws InvalidClusterException if the cluster has another number of ranks than the placement
   */
  public static NodeSpread of(Placement placement, Load load, ModelShape model, Cluster cluster) {
    PlacementSizes.requireFit(placement, load, cluster);
    load.requireFits(model);
    int[] nodeOf = Arrays.stream(placement.layout().rankOfSlots()).map(cluster::nodeOf).toArray();
    double choices = choicesPerGroup(model);
    double[] spreads = new double[placement.layers()];
    double[][] onNode = new double[model.groups()][cluster.nodes()];
    for (int layer = 0; layer < spreads.length; layer++) {
      for (double[] group : onNode) {
        Arrays.fill(group, 0);
      }
      for (int slot = 0; slot < nodeOf.length; slot++) {
        int expert = placement.logicalAt(layer, slot);
        if (expert != Placement.EMPTY) {
          onNode[expert / model.expertsPerGroup()][nodeOf[slot]] +=
              load.get(layer, expert) / placement.replicaCount(layer, expert);
        }
      }
      spreads[layer] = spread(onNode, choices);
    }
    return new NodeSpread(spreads);
  }

  private static double spread(double[][] onNode, double choices) {
    double total = 0;
    double visits = 0;
    for (double[] group : onNode) {
      double load = Arrays.stream(group).sum();
      total += load;
      if (load > 0) {
        for (double part : group) {
          visits += load * visited(part / load, choices);
        }
      }
    }
    return total == 0 ? 1 : visits / total;
  }

  /**
   * How many experts a token takes of a group that it chooses, on average: {@code topK /
   * topGroups}, and at least 1.
   */
  public static double choicesPerGroup(ModelShape model) {
    return Math.max(1, (double) model.topK() / model.topGroups());
  }

  /**
   * How likely it is that a token visits a node for a group. The same bits on every machine.
   *
   * @param share of the group's load that lies on the node, 0 to 1
   * @param choices experts that the token takes of the group, from 1
   */
  public static double visited(double share, double choices) {
    // A share may be above 1 by the rounding of a sum.
    double missed = Math.max(0, 1 - share);
    int whole = (int) choices;
    return 1 - (whole == choices ? power(missed, whole) : StrictMath.pow(missed, choices));
  }

  private static double power(double base, int exponent) {
    double power = 1;
    double square = base;
    for (int bits = exponent; bits > 0; bits >>= 1) {
      power = (bits & 1) == 1 ? power * square : power;
      square *= square;
    }
    return power;
  }

  /** How many layers were measured. */
  public int layers() {
    return spreads.length;
  }

  /** The nodes that a token visits for each group that it chooses, in a layer; 1 without load. */
  public double spread(int layer) {
    return spreads[layer];
  }

  /** The mean of the layers' spreads; 1 if there is no layer. */
  public double spread() {
    return Arrays.stream(spreads).average().orElse(1);
  }

  /** The largest of the layers' spreads; 1 if there is no layer. */
  public double worstSpread() {
    return Arrays.stream(spreads).max().orElse(1);
  }
}

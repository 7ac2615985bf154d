package io.stagger.engine.text;

import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import io.stagger.api.routing.CoSelection;
import io.stagger.api.runtime.MoeOutput;
import io.stagger.api.runtime.Routing;
import java.util.BitSet;

/**
 * Counts where tokens went, call by call. May be used from several threads at once; counts do not
 * depend on the order of calls.
 */
public final class RoutingRecorder {

  private final ModelShape model;
  private final Cluster cluster;
  private final long[] tokens;
  private final long[][] load;
  private final long[][] rankTokens;
  private final long[] rankVisits;
  private final long[] nodeVisits;

  /** {@code [layers][experts][experts]}; empty where the model is too large for it. */
  private final long[] pairs;

  /**
   * A recorder that has seen nothing.
   *
   * @param model the model's MoE layers and experts
   * @param cluster which ranks share a node
   */
  public RoutingRecorder(ModelShape model, Cluster cluster) {
    int layers = model.layers();
    this.model = model;
    this.cluster = cluster;
    this.tokens = new long[layers];
    this.load = new long[layers][model.experts()];
    this.rankTokens = new long[layers][cluster.ranks()];
    this.rankVisits = new long[layers];
    this.nodeVisits = new long[layers];
    boolean counted = CoSelection.isKept(layers, model.experts());
    this.pairs = new long[counted ? layers * model.experts() * model.experts() : 0];
  }

  /** Counts a layer's output. */
  public synchronized void record(MoeOutput output) {
    int layer = output.layer();
    Routing routing = output.routing();
    int[] rankOf = output.placement().layout().rankOfSlots();
    BitSet ranks = new BitSet(cluster.ranks());
    BitSet nodes = new BitSet(cluster.nodes());
    tokens[layer] += routing.tokens();
    for (int token = 0; token < routing.tokens(); token++) {
      ranks.clear();
      nodes.clear();
      for (int choice = 0; choice < routing.topK(); choice++) {
        int rank = rankOf[output.slot(token, choice)];
        load[layer][routing.expert(token, choice)]++;
        rankTokens[layer][rank]++;
        ranks.set(rank);
        nodes.set(cluster.nodeOf(rank));
      }
      rankVisits[layer] += ranks.cardinality();
      nodeVisits[layer] += nodes.cardinality();
      if (pairs.length > 0) {
        countPairs(layer, routing, token);
      }
    }
  }

  private void countPairs(int layer, Routing routing, int token) {
    int experts = model.experts();
    for (int choice = 0; choice < routing.topK(); choice++) {
      int one = routing.expert(token, choice);
      for (int later = choice; later < routing.topK(); later++) {
        int other = routing.expert(token, later);
        int low = Math.min(one, other);
        int high = Math.max(one, other);
        pairs[(layer * experts + low) * experts + high]++;
      }
    }
  }

  /** What was counted so far. */
  public synchronized RoutingStatistics statistics() {
    return new RoutingStatistics(
        model,
        tokens.clone(),
        copyOf(load),
        copyOf(rankTokens),
        rankVisits.clone(),
        nodeVisits.clone(),
        pairs.clone());
  }

  private static long[][] copyOf(long[][] rows) {
    long[][] copy = rows.clone();
    java.util.Arrays.setAll(copy, row -> rows[row].clone());
    return copy;
  }
}

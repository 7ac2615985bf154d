package io.stagger.strategies.affinity;

import io.stagger.api.Balance;
import io.stagger.api.Cluster;
import io.stagger.api.Placement;
import io.stagger.api.routing.Routes;
import java.util.Arrays;
import java.util.BitSet;

/**
 * What tokens make of a placement if each visits as few ranks as a greedy cover finds; equals: the
 * rank with the least to do so far. Written plainly, apart from the strategy's own code.
 *
 * @param ranks distinct ranks a token and layer
 * @param nodes distinct nodes a token and layer
 * @param imbalance mean over layers
 */
record Score(double ranks, double nodes, double imbalance) {

  static Score of(Placement placement, Cluster cluster, Routes routes) {
    double[][] work = new double[placement.layers()][placement.ranks()];
    long ranks = 0;
    long nodes = 0;
    for (int layer = 0; layer < placement.layers(); layer++) {
      for (int token = 0; token < routes.tokens(); token++) {
        BitSet visited = cover(placement, routes, layer, token, work[layer]);
        ranks += visited.cardinality();
        nodes += visited.stream().map(cluster::nodeOf).distinct().count();
      }
    }
    double visits = (double) placement.layers() * routes.tokens();
    double imbalance = Balance.ofRankLoads(work, cluster).imbalance();
    return new Score(ranks / visits, nodes / visits, imbalance);
  }

  private static BitSet cover(
      Placement placement, Routes routes, int layer, int token, double[] work) {
    BitSet visited = new BitSet();
    boolean[] served = new boolean[routes.topK()];
    for (int choice = 0; choice < served.length; choice++) {
      int[] ranks = ranksOf(placement, layer, routes.expert(token, layer, choice));
      if (ranks.length == 1) {
        served[choice] = true;
        work[ranks[0]]++;
        visited.set(ranks[0]);
      }
    }
    while (true) {
      for (int choice = 0; choice < served.length; choice++) {
        int[] ranks = ranksOf(placement, layer, routes.expert(token, layer, choice));
        int idlest =
            Arrays.stream(ranks)
                .filter(visited::get)
                .reduce(-1, (a, b) -> a < 0 || work[b] < work[a] ? b : a);
        if (!served[choice] && idlest >= 0) {
          served[choice] = true;
          work[idlest]++;
        }
      }
      int[] gain = new int[work.length];
      for (int choice = 0; choice < served.length; choice++) {
        if (!served[choice]) {
          for (int rank : ranksOf(placement, layer, routes.expert(token, layer, choice))) {
            gain[rank]++;
          }
        }
      }
      int best = 0;
      for (int rank = 1; rank < gain.length; rank++) {
        boolean idler = gain[rank] == gain[best] && work[rank] < work[best];
        best = gain[rank] > gain[best] || idler ? rank : best;
      }
      if (gain[best] == 0) {
        return visited;
      }
      visited.set(best);
    }
  }

  private static int[] ranksOf(Placement placement, int layer, int expert) {
    int[] ranks = new int[placement.replicaCount(layer, expert)];
    Arrays.setAll(ranks, r -> placement.layout().rankOf(placement.replica(layer, expert, r)));
    return Arrays.stream(ranks).distinct().toArray();
  }
}

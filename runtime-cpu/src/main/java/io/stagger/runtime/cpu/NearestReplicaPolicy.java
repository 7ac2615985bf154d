package io.stagger.runtime.cpu;

import io.stagger.api.Cluster;
import io.stagger.api.Placement;
import io.stagger.api.runtime.ReplicaPolicy;
import io.stagger.api.runtime.Routing;

/**
 * Prefers near replicas: those on the tokens' own rank, else on its node, else any. Among equally
 * near ones it takes the one whose rank has the least to do so far in this batch, relative to its
 * speed; a tie goes to the lowest slot.
 */
public final class NearestReplicaPolicy implements ReplicaPolicy {

  @Override
  public String name() {
    return "nearest";
  }

  @Override
  public int[] choose(
      Placement placement, Cluster cluster, int layer, Routing routing, int sourceRank) {
    int[] rankOf = placement.layout().rankOfSlots();
    long[] work = new long[placement.ranks()];
    int[] slots = new int[routing.tokens() * routing.topK()];
    for (int token = 0; token < routing.tokens(); token++) {
      for (int choice = 0; choice < routing.topK(); choice++) {
        int expert = routing.expert(token, choice);
        int best = placement.replica(layer, expert, 0);
        for (int r = 1; r < placement.replicaCount(layer, expert); r++) {
          int slot = placement.replica(layer, expert, r);
          if (isBetter(cluster, sourceRank, rankOf[slot], rankOf[best], work)) {
            best = slot;
          }
        }
        work[rankOf[best]]++;
        slots[token * routing.topK() + choice] = best;
      }
    }
    return slots;
  }

  private static boolean isBetter(Cluster cluster, int source, int rank, int best, long[] work) {
    int nearer = distance(cluster, source, rank) - distance(cluster, source, best);
    double earlier = work[rank] / cluster.speed(rank) - work[best] / cluster.speed(best);
    return nearer < 0 || (nearer == 0 && earlier < 0);
  }

  /** 0 on the same rank, 1 on the same node, else 2. */
  private static int distance(Cluster cluster, int from, int to) {
    if (from == to) {
      return 0;
    }
    return cluster.nodeOf(from) == cluster.nodeOf(to) ? 1 : 2;
  }
}

package io.stagger.runtime.cpu;

import io.stagger.api.Cluster;
import io.stagger.api.Placement;
import io.stagger.api.runtime.ReplicaPolicy;
import io.stagger.api.runtime.Routing;
import java.util.Arrays;

/**
 * Serves each token on few ranks: experts with one replica leave no choice; those with a replica on
 * a rank that the token visits anyway are served there; for the rest, the rank that serves most of
 * them is visited as well, and so on (greedy set cover). Among equals it takes the rank with the
 * least to do so far in this batch, relative to its speed, then the lowest slot. Strategy {@code
 * affinity} plans for this.
 */
public final class FewestReplicaPolicy implements ReplicaPolicy {

  @Override
  public String name() {
    return "fewest";
  }

  @Override
  public int[] choose(
      Placement placement, Cluster cluster, int layer, Routing routing, int sourceRank) {
    Pass pass = new Pass(placement, cluster, layer, routing);
    for (int token = 0; token < routing.tokens(); token++) {
      pass.serve(token);
    }
    return pass.slots;
  }

  /** One batch in one layer. */
  private static final class Pass {
    private static final int NONE = -1;

    private final Placement placement;
    private final Cluster cluster;
    private final int layer;
    private final Routing routing;
    private final int[] rankOf;
    private final long[] work;
    private final int[] slots;

    /** The last token that visited each rank. */
    private final int[] visitor;

    /** How many of a token's unserved choices each rank could serve. */
    private final int[] serves;

    Pass(Placement placement, Cluster cluster, int layer, Routing routing) {
      this.placement = placement;
      this.cluster = cluster;
      this.layer = layer;
      this.routing = routing;
      this.rankOf = placement.layout().rankOfSlots();
      this.work = new long[placement.ranks()];
      this.slots = new int[routing.tokens() * routing.topK()];
      this.visitor = new int[placement.ranks()];
      this.serves = new int[placement.ranks()];
      Arrays.fill(slots, NONE);
      Arrays.fill(visitor, NONE);
    }

    void serve(int token) {
      for (int choice = 0; choice < routing.topK(); choice++) {
        int expert = routing.expert(token, choice);
        if (placement.replicaCount(layer, expert) == 1) {
          take(token, choice, placement.replica(layer, expert, 0));
        }
      }
      int rank;
      do {
        takeWhereVisited(token);
        rank = rankForMost(token);
        if (rank != NONE) {
          visitor[rank] = token;
        }
      } while (rank != NONE);
    }

    private void take(int token, int choice, int slot) {
      slots[token * routing.topK() + choice] = slot;
      visitor[rankOf[slot]] = token;
      work[rankOf[slot]]++;
    }

    private boolean isServed(int token, int choice) {
      return slots[token * routing.topK() + choice] != NONE;
    }

    private void takeWhereVisited(int token) {
      for (int choice = 0; choice < routing.topK(); choice++) {
        if (!isServed(token, choice)) {
          int expert = routing.expert(token, choice);
          int best = NONE;
          for (int r = 0; r < placement.replicaCount(layer, expert); r++) {
            int slot = placement.replica(layer, expert, r);
            boolean visits = visitor[rankOf[slot]] == token;
            best = visits && (best == NONE || isIdler(rankOf[slot], rankOf[best])) ? slot : best;
          }
          if (best != NONE) {
            take(token, choice, best);
          }
        }
      }
    }

    private boolean isIdler(int rank, int other) {
      return work[rank] / cluster.speed(rank) < work[other] / cluster.speed(other);
    }

    private int rankForMost(int token) {
      Arrays.fill(serves, 0);
      int best = NONE;
      for (int choice = 0; choice < routing.topK(); choice++) {
        if (!isServed(token, choice)) {
          int expert = routing.expert(token, choice);
          for (int r = 0; r < placement.replicaCount(layer, expert); r++) {
            serves[rankOf[placement.replica(layer, expert, r)]]++;
          }
        }
      }
      for (int rank = 0; rank < serves.length; rank++) {
        boolean better =
            best == NONE
                ? serves[rank] > 0
                : serves[rank] > serves[best]
                    || (serves[rank] == serves[best] && isIdler(rank, best));
        best = better ? rank : best;
      }
      return best;
    }
  }
}

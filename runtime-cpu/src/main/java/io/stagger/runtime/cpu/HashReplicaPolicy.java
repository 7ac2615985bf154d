package io.stagger.runtime.cpu;

import io.stagger.api.Cluster;
import io.stagger.api.Placement;
import io.stagger.api.runtime.ReplicaPolicy;
import io.stagger.api.runtime.Routing;

/**
 * Spreads tokens over replicas by a hash of their position in the batch: replica {@code ((token *
 * 2654435769) mod 2^32) mod count}, as vLLM does ({@code base_router.py}, main of 2026-08-17).
 */
public final class HashReplicaPolicy implements ReplicaPolicy {

  private static final long GOLDEN_RATIO = 2_654_435_769L;

  @Override
  public String name() {
    return "hash";
  }

  @Override
  public int[] choose(
      Placement placement, Cluster cluster, int layer, Routing routing, int sourceRank) {
    int[] slots = new int[routing.tokens() * routing.topK()];
    for (int token = 0; token < routing.tokens(); token++) {
      long hash = (token * GOLDEN_RATIO) & 0xffff_ffffL;
      for (int choice = 0; choice < routing.topK(); choice++) {
        int expert = routing.expert(token, choice);
        int replica = (int) (hash % placement.replicaCount(layer, expert));
        slots[token * routing.topK() + choice] = placement.replica(layer, expert, replica);
      }
    }
    return slots;
  }
}

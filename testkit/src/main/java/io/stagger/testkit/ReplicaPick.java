package io.stagger.testkit;

import io.stagger.api.Cluster;
import io.stagger.api.Placement;
import io.stagger.api.runtime.ReplicaPolicy;
import io.stagger.api.runtime.Routing;

/** Replica policies without merit but predictable. */
public enum ReplicaPick implements ReplicaPolicy {
  /** The replica in the lowest slot. */
  FIRST,
  /** The replica in the highest slot. */
  LAST,
  /** Each choice of each token another replica. */
  SPREAD;

  @Override
  public int[] choose(
      Placement placement, Cluster cluster, int layer, Routing routing, int sourceRank) {
    int[] slots = new int[routing.tokens() * routing.topK()];
    for (int i = 0; i < slots.length; i++) {
      int expert = routing.expert(i / routing.topK(), i % routing.topK());
      int count = placement.replicaCount(layer, expert);
      int replica =
          switch (this) {
            case FIRST -> 0;
            case LAST -> count - 1;
            case SPREAD -> i % count;
          };
      slots[i] = placement.replica(layer, expert, replica);
    }
    return slots;
  }
}

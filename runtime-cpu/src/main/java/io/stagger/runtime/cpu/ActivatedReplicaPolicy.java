package io.stagger.runtime.cpu;

import io.stagger.api.Cluster;
import io.stagger.api.Placement;
import io.stagger.api.runtime.ReplicaPolicy;
import io.stagger.api.runtime.Routing;
import java.util.Arrays;

/**
 * Serves each expert of a batch by one replica only, so that few experts' weights must be read on
 * the rank that reads most, which is what a small decode batch waits for. Experts with one replica
 * leave no choice; then come those with few replicas, the lowest expert first, each on the rank
 * that then is done first, relative to its speed, a tie on the lowest slot (the greedy choice of
 * METRO, arXiv 2512.09277). Strategy {@code activated} plans for this.
 */
public final class ActivatedReplicaPolicy implements ReplicaPolicy {

  @Override
  public String name() {
    return "activated";
  }

  @Override
  public int[] choose(
      Placement placement, Cluster cluster, int layer, Routing routing, int sourceRank) {
    int[] experts = routing.experts();
    int[] slotOf = slots(placement, cluster, layer, activated(experts));
    int[] slots = new int[experts.length];
    Arrays.setAll(slots, choice -> slotOf[experts[choice]]);
    return slots;
  }

  /** Each expert that the batch activates once, ascending. */
  private static int[] activated(int[] experts) {
    return Arrays.stream(experts).sorted().distinct().toArray();
  }

  /** The slot of each of these experts, by expert. */
  private static int[] slots(Placement placement, Cluster cluster, int layer, int[] experts) {
    int[] rankOf = placement.layout().rankOfSlots();
    int[] activated = new int[placement.ranks()];
    int[] slotOf = new int[placement.experts()];
    for (int replicas = 1, next; replicas > 0; replicas = next) {
      next = 0;
      for (int expert : experts) {
        int has = placement.replicaCount(layer, expert);
        if (has == replicas) {
          int slot = firstDone(placement, cluster, layer, expert, rankOf, activated);
          slotOf[expert] = slot;
          activated[rankOf[slot]]++;
        } else if (has > replicas && (next == 0 || has < next)) {
          next = has;
        }
      }
    }
    return slotOf;
  }

  private static int firstDone(
      Placement placement, Cluster cluster, int layer, int expert, int[] rankOf, int[] activated) {
    int best = placement.replica(layer, expert, 0);
    for (int r = 1; r < placement.replicaCount(layer, expert); r++) {
      int slot = placement.replica(layer, expert, r);
      double done = (activated[rankOf[slot]] + 1) / cluster.speed(rankOf[slot]);
      double bestDone = (activated[rankOf[best]] + 1) / cluster.speed(rankOf[best]);
      best = done < bestDone ? slot : best;
    }
    return best;
  }
}

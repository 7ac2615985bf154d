package io.stagger.strategies.budget;

import io.stagger.api.Cluster;
import io.stagger.api.SlotLayout;
import java.util.Arrays;
import java.util.TreeSet;

/**
 * The sizes that a layer may have on a cluster, smallest first: as many slots as experts, then one
 * more for each 32 ranks, two, four, and so on, until all. The first replicas gain most, so the
 * steps grow.
 *
 * <p>A layer's slots are spread as evenly as the cluster's slots allow; of ranks that are alike the
 * lowest have one more, which {@link Rotation} then makes even over the layers.
 */
final class Levels {

  private static final int FINEST = 32;

  private final Cluster cluster;
  private final int[] slots;

  private Levels(Cluster cluster, int[] slots) {
    this.cluster = cluster;
    this.slots = slots;
  }

  /** The levels at which every expert has a slot. */
  static Levels of(Cluster cluster, int experts) {
    int most = cluster.usableSlots();
    TreeSet<Integer> sizes = new TreeSet<>();
    sizes.add(Math.min(experts, most));
    double ranks = cluster.ranksWithSlots().length;
    for (double more = ranks / FINEST; experts + more < most; more *= 2) {
      sizes.add(experts + (int) Math.ceil(more));
    }
    sizes.add(most);
    return new Levels(cluster, sizes.stream().mapToInt(Integer::intValue).toArray());
  }

  int count() {
    return slots.length;
  }

  /** Slots that a layer takes. */
  int slots(int level) {
    return slots[level];
  }

  /** The cluster as a layer of this level sees it, with the ranks of the whole. */
  Cluster cluster(int level) {
    return cluster.withLayout(SlotLayout.of(spread(slots[level])));
  }

  /** Slots of each rank: rounds of one each to all that have room, the last from the lowest. */
  private int[] spread(int total) {
    int[] ranks = cluster.ranksWithSlots();
    int[] given = new int[cluster.ranks()];
    int full = 0;
    while (usable(ranks, full + 1) <= total && full < total) {
      full++;
    }
    int left = total - usable(ranks, full);
    for (int rank : ranks) {
      given[rank] = Math.min(cluster.layout().slotsOf(rank), full);
      if (left > 0 && given[rank] < cluster.layout().slotsOf(rank)) {
        given[rank]++;
        left--;
      }
    }
    return given;
  }

  private int usable(int[] ranks, int perRank) {
    return Arrays.stream(ranks).map(r -> Math.min(perRank, cluster.layout().slotsOf(r))).sum();
  }
}

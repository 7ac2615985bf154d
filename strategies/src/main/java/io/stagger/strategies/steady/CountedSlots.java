package io.stagger.strategies.steady;

import io.stagger.api.Cluster;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import java.util.Arrays;

/** The slots of a cluster that a plan is about: those of ranks that are up, one after the other. */
final class CountedSlots {

  private final SlotLayout layout;
  private final int[] ranks;
  private final int[] capacities;
  private final double[] speeds;

  CountedSlots(Cluster cluster) {
    this.layout = cluster.layout();
    this.ranks = cluster.ranksWithSlots();
    this.capacities = Arrays.stream(ranks).map(layout::slotsOf).toArray();
    this.speeds = Arrays.stream(ranks).mapToDouble(cluster::speed).toArray();
  }

  /** How many there are. */
  int many() {
    return Arrays.stream(capacities).sum();
  }

  Holding emptyHolding(int experts) {
    return new Holding(experts, capacities, speeds);
  }

  /** What they hold in a layer of a placement. */
  int[] read(Placement placement, int layer) {
    int[] row = placement.physicalToLogical(layer);
    int[] held = new int[many()];
    int at = 0;
    for (int rank : ranks) {
      System.arraycopy(row, layout.firstSlot(rank), held, at, layout.slotsOf(rank));
      at += layout.slotsOf(rank);
    }
    return held;
  }

  /**
   * The row of a placement. An expert that stays on its rank stays in its slot; the others take the
   * slots that are left, in ascending order.
   *
   * @param held what the slots hold now
   * @param before the row of the placement before
   */
  int[] write(int[] held, int[] before) {
    int[] row = new int[layout.slots()];
    Arrays.fill(row, Placement.EMPTY);
    int at = 0;
    for (int rank : ranks) {
      int end = at + layout.slotsOf(rank);
      writeRank(Arrays.copyOfRange(held, at, end), before, layout.firstSlot(rank), row);
      at = end;
    }
    return row;
  }

  private static void writeRank(int[] held, int[] before, int first, int[] row) {
    boolean[] stays = new boolean[held.length];
    Arrays.sort(held);
    boolean[] placed = new boolean[held.length];
    for (int local = 0; local < held.length; local++) {
      int at = indexOf(held, placed, before[first + local]);
      if (at >= 0) {
        placed[at] = true;
        stays[local] = true;
        row[first + local] = held[at];
      }
    }
    int next = 0;
    for (int local = 0; local < held.length; local++) {
      if (!stays[local]) {
        while (placed[next]) {
          next++;
        }
        row[first + local] = held[next++];
      }
    }
  }

  private static int indexOf(int[] held, boolean[] placed, int expert) {
    for (int i = 0; i < held.length; i++) {
      if (held[i] == expert && !placed[i]) {
        return i;
      }
    }
    return -1;
  }
}

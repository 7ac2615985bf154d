package io.stagger.engine.migration;

import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import java.util.Arrays;

/** Arranges what each rank shall hold so that experts which it holds already keep their slots. */
final class KeptSlots {

  private KeptSlots() {}

  /**
   * A row with the same experts on each rank as the wanted one.
   *
   * @param now the expert of each slot in force
   * @param wanted the expert of each slot to come, in any order within a rank
   */
  static int[] arrange(SlotLayout layout, int[] now, int[] wanted) {
    int[] row = new int[now.length];
    Arrays.fill(row, Placement.EMPTY);
    for (int rank = 0; rank < layout.ranks(); rank++) {
      int from = layout.firstSlot(rank);
      int end = from + layout.slotsOf(rank);
      boolean[] isPlaced = new boolean[end - from];
      for (int slot = from; slot < end; slot++) {
        if (wanted[slot] == Placement.EMPTY) {
          isPlaced[slot - from] = true;
        } else {
          int kept = keptSlot(now, row, from, end, wanted[slot]);
          if (kept >= 0) {
            row[kept] = wanted[slot];
            isPlaced[slot - from] = true;
          }
        }
      }
      fill(row, wanted, from, end, isPlaced);
    }
    return row;
  }

  private static int keptSlot(int[] now, int[] row, int from, int end, int expert) {
    for (int slot = from; slot < end; slot++) {
      if (now[slot] == expert && row[slot] == Placement.EMPTY) {
        return slot;
      }
    }
    return -1;
  }

  private static void fill(int[] row, int[] wanted, int from, int end, boolean[] isPlaced) {
    int free = from;
    for (int slot = from; slot < end; slot++) {
      if (!isPlaced[slot - from]) {
        while (row[free] != Placement.EMPTY) {
          free++;
        }
        row[free] = wanted[slot];
      }
    }
  }
}

package io.stagger.strategies.eplb;

import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;

/**
 * Reorders the slots within each rank so that experts which stay on it stay in their slots. Nothing
 * moves between ranks. On a rank, slots are visited in ascending order, and a slot whose previous
 * expert is among those still to be placed keeps it; the experts that are left then take the slots
 * that are left, both in ascending slot order. These are the semantics of vLLM's expert load
 * balancer.
 *
 * <p>Keeps its scratch between layers: not thread-safe.
 */
final class SlotKeeper {

  private final SlotLayout layout;

  /** For each expert, its replicas on the rank at hand that have not been placed yet. */
  private final int[] toPlace;

  private final int[] kept;
  private final int[] arrivals;

  SlotKeeper(SlotLayout layout, int experts) {
    this.layout = layout;
    this.toPlace = new int[experts];
    this.kept = new int[layout.slots()];
    this.arrivals = new int[layout.slots()];
  }

  /**
   * Reorders a layer.
   *
   * @param previous the expert of each slot in the placement in force
   * @param next the expert of each slot as planned; reordered in place
   */
  void keepSlots(int[] previous, int[] next) {
    for (int rank = 0; rank < layout.ranks(); rank++) {
      int from = layout.firstSlot(rank);
      keepSlots(previous, next, from, from + layout.slotsOf(rank));
    }
  }

  private void keepSlots(int[] previous, int[] next, int from, int to) {
    for (int slot = from; slot < to; slot++) {
      if (next[slot] != Placement.EMPTY) {
        toPlace[next[slot]]++;
      }
    }
    for (int slot = from; slot < to; slot++) {
      boolean stays = previous[slot] != Placement.EMPTY && toPlace[previous[slot]] > 0;
      kept[slot] = stays ? previous[slot] : Placement.EMPTY;
      if (stays) {
        toPlace[previous[slot]]--;
      }
    }
    fillGaps(next, from, to);
  }

  /** The expert's earlier replicas are the ones that were kept, so its last ones are left over. */
  private void fillGaps(int[] next, int from, int to) {
    int arriving = 0;
    for (int slot = to - 1; slot >= from; slot--) {
      if (next[slot] != Placement.EMPTY && toPlace[next[slot]] > 0) {
        toPlace[next[slot]]--;
        arrivals[arriving++] = next[slot];
      }
    }
    for (int slot = from; slot < to; slot++) {
      boolean gap = kept[slot] == Placement.EMPTY;
      next[slot] = gap && arriving > 0 ? arrivals[--arriving] : kept[slot];
    }
  }
}

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

  private final Placement previous;
  private final SlotLayout layout;

  /** For each expert, its replicas on the rank at hand that have not been placed yet. */
  private final int[] toPlace;

  private final int[] kept;
  private final int[] arrivals;

  /**
   * @param previous the placement in force
   */
  SlotKeeper(Placement previous) {
    this.previous = previous;
    this.layout = previous.layout();
    this.toPlace = new int[previous.experts()];
    this.kept = new int[layout.slots()];
    this.arrivals = new int[layout.slots()];
  }

  /**
   * Reorders a layer.
   *
   * @param next the expert of each slot as planned; reordered in place
   * @param row the layer's first slot in {@code next}
   */
  void keepSlots(int layer, int[] next, int row) {
    for (int rank = 0; rank < layout.ranks(); rank++) {
      int from = layout.firstSlot(rank);
      int to = from + layout.slotsOf(rank);
      keepWhatStays(layer, next, row, from, to);
      fillGaps(next, row, from, to);
    }
  }

  private void keepWhatStays(int layer, int[] next, int row, int from, int to) {
    for (int slot = from; slot < to; slot++) {
      if (next[row + slot] != Placement.EMPTY) {
        toPlace[next[row + slot]]++;
      }
    }
    for (int slot = from; slot < to; slot++) {
      int held = previous.logicalAt(layer, slot);
      boolean stays = held != Placement.EMPTY && toPlace[held] > 0;
      kept[slot] = stays ? held : Placement.EMPTY;
      if (stays) {
        toPlace[held]--;
      }
    }
  }

  /** The expert's earlier replicas are the ones that were kept, so its last ones are left over. */
  private void fillGaps(int[] next, int row, int from, int to) {
    int arriving = 0;
    for (int slot = to - 1; slot >= from; slot--) {
      int expert = next[row + slot];
      if (expert != Placement.EMPTY && toPlace[expert] > 0) {
        toPlace[expert]--;
        arrivals[arriving++] = expert;
      }
    }
    for (int slot = from; slot < to; slot++) {
      boolean gap = kept[slot] == Placement.EMPTY;
      next[row + slot] = gap && arriving > 0 ? arrivals[--arriving] : kept[slot];
    }
  }
}

package io.stagger.api;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidPlacementException;
import java.util.ArrayList;
import java.util.List;

/**
 * The slot copies that lead from one placement to the next. A slot whose expert stays is not
 * copied, and one that becomes empty needs no copy. Every copy reads what its source slot held
 * <em>before</em> the migration: whoever overwrites slots in place keeps what is still to be read.
 * A copy comes from the target's own rank where that has the expert, else from the expert's lowest
 * slot.
 *
 * @param from the placement in force
 * @param to the placement that follows
 * @param copies ordered by layer, then target slot
 */
public record Migration(Placement from, Placement to, List<SlotCopy> copies) {

  /** Keeps its own list. */
  public Migration {
    copies = List.copyOf(copies);
  }

  /**
   * The copies between two placements of one model on one layout.
   *
   * @throws InvalidPlacementException if they differ in layers, experts or layout, or an expert of
   *     the new placement is nowhere in the old one
   */
  public static Migration between(Placement from, Placement to) {
    if (from.layers() != to.layers()
        || from.experts() != to.experts()
        || !from.layout().equals(to.layout())) {
      throw new InvalidPlacementException(
          Diagnosis.of("the placements differ in layers, experts or slots", from + " to " + to),
          List.of(new Violation(Violation.Rule.CAPACITY, -1, -1, "placements of unequal size")));
    }
    int[] rankOf = to.layout().rankOfSlots();
    List<SlotCopy> copies = new ArrayList<>();
    for (int layer = 0; layer < to.layers(); layer++) {
      for (int slot = 0; slot < rankOf.length; slot++) {
        int expert = to.logicalAt(layer, slot);
        if (expert != Placement.EMPTY && expert != from.logicalAt(layer, slot)) {
          copies.add(new SlotCopy(layer, expert, source(from, layer, expert, slot, rankOf), slot));
        }
      }
    }
    return new Migration(from, to, copies);
  }

  private static int source(Placement from, int layer, int expert, int slot, int[] rankOf) {
    int replicas = from.replicaCount(layer, expert);
    if (replicas == 0) {
      String message = "layer " + layer + ", expert " + expert + " is nowhere to be copied from";
      throw new InvalidPlacementException(
          Diagnosis.of(message, "migration"),
          List.of(new Violation(Violation.Rule.REACHABLE, layer, slot, message)));
    }
    for (int replica = 0; replica < replicas; replica++) {
      int candidate = from.replica(layer, expert, replica);
      if (rankOf[candidate] == rankOf[slot]) {
        return candidate;
      }
    }
    return from.replica(layer, expert, 0);
  }

  /** How many copies cross from one rank to another. */
  public long copiesBetweenRanks() {
    int[] rankOf = to.layout().rankOfSlots();
    return copies.stream().filter(c -> rankOf[c.fromSlot()] != rankOf[c.toSlot()]).count();
  }
}

package io.stagger.engine.migration;

import io.stagger.api.Cluster;
import io.stagger.api.Placement;
import io.stagger.api.SlotCopy;
import io.stagger.api.Violation;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidPlacementException;
import java.util.ArrayList;
import java.util.List;

/**
 * Chooses who sends each expert that a rank lacks: a near rank that is up, and among equally near
 * ones that which sends least in the layer, then the lowest slot.
 */
final class Senders {

  private static final int NONE = -1;

  private final Placement from;
  private final Cluster cluster;
  private final int[] rankOf;

  Senders(Placement from, Cluster cluster) {
    this.from = from;
    this.cluster = cluster;
    this.rankOf = from.layout().rankOfSlots();
  }

  /**
   * The copies of a layer, by target slot.
   *
   * @throws InvalidPlacementException if a wanted expert is on no rank that is up
   */
  List<SlotCopy> copies(int layer, Placement to) {
    int[] sent = new int[cluster.ranks()];
    List<SlotCopy> copies = new ArrayList<>();
    for (int slot = 0; slot < rankOf.length; slot++) {
      int expert = to.logicalAt(layer, slot);
      if (expert != Placement.EMPTY && expert != from.logicalAt(layer, slot)) {
        int source = source(layer, expert, rankOf[slot], sent);
        sent[rankOf[source]]++;
        copies.add(new SlotCopy(layer, expert, source, slot));
      }
    }
    return copies;
  }

  private int source(int layer, int expert, int receiver, int[] sent) {
    int best = NONE;
    for (int replica = 0; replica < from.replicaCount(layer, expert); replica++) {
      int slot = from.replica(layer, expert, replica);
      if (cluster.isUp(rankOf[slot])
          && (best == NONE || isBetter(rankOf[slot], rankOf[best], receiver, sent))) {
        best = slot;
      }
    }
    if (best == NONE) {
      String message = "layer %d, expert %d is on no rank that is up".formatted(layer, expert);
      throw new InvalidPlacementException(
          Diagnosis.of(message, "migration")
              .remedy("load it from the weight store, or wait for a rank that has it"),
          List.of(new Violation(Violation.Rule.REACHABLE, layer, NONE, message)));
    }
    return best;
  }

  private boolean isBetter(int sender, int best, int receiver, int[] sent) {
    int nearer = distance(sender, receiver) - distance(best, receiver);
    return nearer < 0 || (nearer == 0 && sent[sender] < sent[best]);
  }

  /** 0 on the same rank, 1 on the same node, else 2. */
  private int distance(int sender, int receiver) {
    if (sender == receiver) {
      return 0;
    }
    return cluster.nodeOf(sender) == cluster.nodeOf(receiver) ? 1 : 2;
  }
}

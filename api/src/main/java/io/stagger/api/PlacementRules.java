package io.stagger.api;

import io.stagger.api.Violation.Rule;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidPlacementException;
import java.util.ArrayList;
import java.util.List;

/**
 * The one definition of a valid placement, for every strategy, file and runtime: every expert
 * reachable, slots in range, capacity kept, no rank that is down in use.
 */
public final class PlacementRules {

  /** The most violations that one check lists. */
  public static final int LIMIT = 20;

  private final Placement placement;
  private final ModelShape model;
  private final Cluster cluster;
  private final List<Violation> found = new ArrayList<>();

  private PlacementRules(Placement placement, ModelShape model, Cluster cluster) {
    this.placement = placement;
    this.model = model;
    this.cluster = cluster;
  }

  /**
   * What a placement breaks, in layer and slot order, at most {@link #LIMIT} entries; empty if it
   * is valid.
   */
  public static List<Violation> violations(Placement placement, ModelShape model, Cluster cluster) {
    PlacementRules rules = new PlacementRules(placement, model, cluster);
    rules.checkSizes();
    if (rules.found.isEmpty()) {
      rules.checkLayers();
    }
    return List.copyOf(rules.found);
  }

  /**
   * Refuses a placement that breaks a rule.
   *
   * @param whose who made the placement, for the message: {@code "strategy 'zigzag'"}
   * @throws InvalidPlacementException with the first violation in its message, and all of them
   */
  public static void requireValid(
      Placement placement, ModelShape model, Cluster cluster, String whose) {
    List<Violation> found = violations(placement, model, cluster);
    if (!found.isEmpty()) {
      String more = found.size() == 1 ? "" : " (and " + (found.size() - 1) + " more)";
      throw new InvalidPlacementException(
          Diagnosis.of(found.getFirst().message() + more, "placement of " + whose), found);
    }
  }

  private void checkSizes() {
    if (placement.layers() != model.layers()) {
      add(Rule.LAYERS, -1, -1, placement.layers() + " layers; expected " + model.layers());
    }
    if (placement.experts() != model.experts()) {
      add(Rule.EXPERTS, -1, -1, placement.experts() + " experts; expected " + model.experts());
    }
    SlotLayout has = placement.layout();
    SlotLayout may = cluster.layout();
    if (has.ranks() != may.ranks()) {
      add(Rule.CAPACITY, -1, -1, has.ranks() + " ranks; expected " + may.ranks());
      return;
    }
    for (int rank = 0; rank < may.ranks(); rank++) {
      if (has.slotsOf(rank) != may.slotsOf(rank)) {
        String slots = "rank " + rank + " has " + has.slotsOf(rank) + " slots; expected ";
        add(Rule.CAPACITY, -1, -1, slots + may.slotsOf(rank));
      }
    }
  }

  private void checkLayers() {
    int[] rankOf = placement.layout().rankOfSlots();
    for (int layer = 0; layer < placement.layers() && found.size() < LIMIT; layer++) {
      checkRanksUp(layer, rankOf);
      checkReachable(layer, rankOf);
    }
  }

  private void checkRanksUp(int layer, int[] rankOf) {
    for (int slot = 0; slot < rankOf.length; slot++) {
      int expert = placement.logicalAt(layer, slot);
      if (expert != Placement.EMPTY && !cluster.isUp(rankOf[slot])) {
        String text = "layer %d, slot %d holds expert %d on rank %d, which is down; expected %d";
        add(
            Rule.RANK_UP,
            layer,
            slot,
            text.formatted(layer, slot, expert, rankOf[slot], Placement.EMPTY));
      }
    }
  }

  private void checkReachable(int layer, int[] rankOf) {
    for (int expert = 0; expert < placement.experts(); expert++) {
      if (!isReachable(layer, expert, rankOf)) {
        String text = "layer %d, expert %d is on no rank that is up; expected at least one slot";
        add(Rule.REACHABLE, layer, -1, text.formatted(layer, expert));
      }
    }
  }

  private boolean isReachable(int layer, int expert, int[] rankOf) {
    for (int replica = 0; replica < placement.replicaCount(layer, expert); replica++) {
      if (cluster.isUp(rankOf[placement.replica(layer, expert, replica)])) {
        return true;
      }
    }
    return false;
  }

  private void add(Rule rule, int layer, int slot, String message) {
    if (found.size() < LIMIT) {
      found.add(new Violation(rule, layer, slot, message));
    }
  }
}

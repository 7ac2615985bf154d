package io.stagger.engine.migration;

import io.stagger.api.Cluster;
import io.stagger.api.Placement;
import io.stagger.api.SlotCopy;
import io.stagger.api.SlotLayout;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidPlacementException;
import java.util.ArrayList;
import java.util.List;

/**
 * How one placement follows another with few copies of experts.
 *
 * <ul>
 *   <li>An expert that stays on a rank keeps its slot.
 *   <li>Ranks that are alike are as good as each other, so in each layer what the wanted placement
 *       gives to one may go to another that holds more of it already. Whole nodes may change places
 *       too, and what was together on a node stays together: balance and traffic are those of the
 *       wanted placement.
 *   <li>A copy comes from its own rank if that has the expert, else from its node, else from
 *       another; among equals from the rank that sends least in the layer.
 *   <li>The steps of a layer, in order, need no memory beside the slots but room for one expert on
 *       a rank: what is still to be read is overwritten only after it was put there.
 * </ul>
 *
 * @param from the placement in force
 * @param to the placement that follows, the wanted one but for the names of ranks and slots
 * @param steps what is to be done, by layer; within a layer the order matters
 * @param leastCopies how many copies would do if any rank could change places with any other that
 *     is alike, on whatever node: no plan of this placement needs fewer
 */
public record MigrationPlan(
    Placement from, Placement to, List<MigrationStep> steps, long leastCopies) {

  /** Keeps its own list. */
  public MigrationPlan {
    steps = List.copyOf(steps);
  }

  /**
   * Plans.
   *
   * @param from the placement in force
   * @param wanted the placement to come
   * @param cluster says which ranks are alike, and which are on a node
   * @throws InvalidPlacementException if the placements differ in layers or experts, or have other
   *     slots than the cluster, or an expert that is to be copied is on no rank that is up
   */
  public static MigrationPlan between(Placement from, Placement wanted, Cluster cluster) {
    requireSlots(from, cluster.layout(), "the placement in force");
    requireSlots(wanted, cluster.layout(), "the wanted placement");
    if (from.layers() != wanted.layers() || from.experts() != wanted.experts()) {
      throw new InvalidPlacementException(
          Diagnosis.of("the placements differ in layers or experts", from + " to " + wanted),
          List.of());
    }
    RankMatching matching = new RankMatching(cluster);
    int[][] rows = new int[wanted.layers()][];
    for (int layer = 0; layer < rows.length; layer++) {
      int[] now = from.physicalToLogical(layer);
      int[] matched = matching.match(now, wanted.physicalToLogical(layer));
      rows[layer] = KeptSlots.arrange(cluster.layout(), now, matched);
    }
    Placement to = Placement.of(cluster.layout(), wanted.experts(), rows);
    return new MigrationPlan(from, to, steps(from, to, cluster), matching.leastCopies());
  }

  private static void requireSlots(Placement placement, SlotLayout layout, String which) {
    if (!placement.layout().equals(layout)) {
      throw new InvalidPlacementException(
          Diagnosis.of(which + " has other slots than the cluster", placement.toString())
              .expecting(layout.toString()),
          List.of());
    }
  }

  private static List<MigrationStep> steps(Placement from, Placement to, Cluster cluster) {
    Senders senders = new Senders(from, cluster);
    List<MigrationStep> steps = new ArrayList<>();
    for (int layer = 0; layer < to.layers(); layer++) {
      List<SlotCopy> copies = senders.copies(layer, to);
      steps.addAll(StepOrder.of(copies, cluster.layout()));
    }
    return steps;
  }

  /** The slots that receive an expert, and from where. */
  public List<SlotCopy> copies() {
    return steps.stream().flatMap(step -> step.arriving().stream()).toList();
  }

  /** How many copies stay on their rank. */
  public long copiesOnRanks() {
    int[] rankOf = to.layout().rankOfSlots();
    return copies().stream().filter(c -> rankOf[c.fromSlot()] == rankOf[c.toSlot()]).count();
  }

  /** How many copies cross from one node to another. */
  public long copiesBetweenNodes(Cluster cluster) {
    int[] rankOf = to.layout().rankOfSlots();
    return copies().stream()
        .filter(c -> cluster.nodeOf(rankOf[c.fromSlot()]) != cluster.nodeOf(rankOf[c.toSlot()]))
        .count();
  }
}

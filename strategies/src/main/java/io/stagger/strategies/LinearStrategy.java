package io.stagger.strategies;

import io.stagger.api.Cluster;
import io.stagger.api.Placement;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.api.strategy.PlacementStrategy;
import java.util.Arrays;

/**
 * Contiguous placement: the slots of the ranks that are up, in slot order, hold the experts 0, 1,
 * ... and, where there are more slots than experts, begin again at expert 0.
 *
 * <p>With as many slots as experts, spread evenly, the first {@code E mod R} ranks hold one expert
 * more. This is vLLM's "linear" expert placement and, with redundant experts, the map its expert
 * load balancer starts from.
 */
public final class LinearStrategy implements PlacementStrategy {

  static final String NAME = "linear";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "Consecutive experts share a rank; what most engines do unless told otherwise.";
  }

  @Override
  public PlacementResult place(PlacementRequest request) {
    Placement placement =
        SameInEveryLayer.of(request, () -> row(request.cluster(), request.model().experts()));
    return new PlacementResult(placement, Decision.asRequested(NAME));
  }

  private static int[] row(Cluster cluster, int experts) {
    int[] row = new int[cluster.layout().slots()];
    Arrays.fill(row, Placement.EMPTY);
    int physical = 0;
    for (int rank : cluster.ranksUp()) {
      int first = cluster.layout().firstSlot(rank);
      for (int local = 0; local < cluster.layout().slotsOf(rank); local++) {
        row[first + local] = physical % experts;
        physical++;
      }
    }
    return row;
  }
}

package io.stagger.strategies;

import io.stagger.api.Placement;
import io.stagger.api.strategy.PlacementRequest;
import java.util.Arrays;
import java.util.function.Supplier;

/** Makes placements whose layers are all alike. */
final class SameInEveryLayer {

  private SameInEveryLayer() {}

  /**
   * A placement that repeats one row.
   *
   * @param row gives the expert of each slot; not asked for a model without MoE layers, for which
   *     the cluster may lack the slots
   */
  static Placement of(PlacementRequest request, Supplier<int[]> row) {
    int[][] rows = new int[request.model().layers()][];
    if (rows.length > 0) {
      Arrays.fill(rows, row.get());
    }
    return Placement.of(request.cluster().layout(), request.model().experts(), rows);
  }
}

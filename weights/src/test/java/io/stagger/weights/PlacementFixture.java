package io.stagger.weights;

import io.stagger.api.MoeSpec;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Placements written down by hand, so that no strategy is needed to test a loader. */
final class PlacementFixture {

  private PlacementFixture() {}

  /** Expert {@code e} on rank {@code e / (experts / ranks)}. */
  static Placement contiguous(MoeSpec spec, int ranks) {
    int experts = spec.shape().experts();
    return same(spec, SlotLayout.even(ranks, experts), IntStream.range(0, experts).toArray());
  }

  /** Expert {@code e} on rank {@code e % ranks}; {@code ranks} divides the experts. */
  static Placement striped(MoeSpec spec, int ranks) {
    int experts = spec.shape().experts();
    int perRank = experts / ranks;
    int[] row = new int[experts];
    Arrays.setAll(row, slot -> slot % perRank * ranks + slot / perRank);
    return same(spec, SlotLayout.even(ranks, experts), row);
  }

  /** The same row in every layer. */
  static Placement same(MoeSpec spec, SlotLayout layout, int... row) {
    int[][] rows = new int[spec.shape().layers()][];
    Arrays.fill(rows, row);
    return Placement.of(layout, spec.shape().experts(), rows);
  }
}

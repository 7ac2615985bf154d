package io.stagger.strategies;

import io.stagger.api.Placement;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A layer as people write it: each rank's experts in slot order, a stroke between ranks. */
public final class RankTable {

  private RankTable() {}

  /** For example {@code "0 2 / 1 3"}. */
  public static String of(Placement placement, int layer) {
    return IntStream.range(0, placement.ranks())
        .mapToObj(rank -> rank(placement, layer, rank))
        .collect(Collectors.joining(" / "));
  }

  private static String rank(Placement placement, int layer, int rank) {
    return Arrays.stream(expertsOf(placement, layer, rank))
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(" "));
  }

  /** The expert of each slot of a rank. */
  public static int[] expertsOf(Placement placement, int layer, int rank) {
    int first = placement.layout().firstSlot(rank);
    int[] row = placement.physicalToLogical(layer);
    return Arrays.copyOfRange(row, first, first + placement.layout().slotsOf(rank));
  }
}

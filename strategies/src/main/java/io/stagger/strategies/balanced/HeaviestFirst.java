package io.stagger.strategies.balanced;

import java.util.Arrays;

/**
 * Sorts experts by descending load, equals by lowest id, as long integers: a load's bits with the
 * id in the lowest. Loads that agree in all but their last bits (a relative 2^-36 for the largest
 * models, 2^-44 for 256 experts) count as equal.
 */
final class HeaviestFirst {

  private final long idBits;
  private final long[] keys;

  HeaviestFirst(int experts) {
    this.idBits = Math.max(1, Long.highestOneBit(experts - 1L) * 2) - 1;
    this.keys = new long[experts];
  }

  /** Sorts {@code experts[from .. to - 1]} in place. */
  void sort(int[] experts, int from, int to, double[] loads) {
    for (int i = from; i < to; i++) {
      long bits = Double.doubleToRawLongBits(loads[experts[i]]);
      keys[i] = ((Long.MAX_VALUE - bits) & ~idBits) | experts[i];
    }
    Arrays.sort(keys, from, to);
    for (int i = from; i < to; i++) {
      experts[i] = (int) (keys[i] & idBits);
    }
  }
}

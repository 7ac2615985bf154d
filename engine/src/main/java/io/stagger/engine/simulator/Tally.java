package io.stagger.engine.simulator;

/** A sum of each {@link Quantity}. Used by one thread. */
@SuppressWarnings("EnumOrdinal") // as an EnumMap is inside, without an object for each number
final class Tally {

  private static final int SIZE = Quantity.values().length;

  private final double[] sums = new double[SIZE];

  void add(Quantity quantity, double value) {
    sums[quantity.ordinal()] += value;
  }

  double get(Quantity quantity) {
    return sums[quantity.ordinal()];
  }

  /** Adds another, so many times. */
  void add(Tally other, int times) {
    for (int i = 0; i < SIZE; i++) {
      sums[i] += other.sums[i] * times;
    }
  }
}

package io.stagger.strategies.balanced;

/**
 * By how much ranks are above a cap on their work, relative to the ideal work. The cap and the sum
 * of all overload are together at least the busiest rank's work, and equal to it if that is the
 * cap. Unlike the busiest rank alone, the sum honours every exchange that helps, also where several
 * ranks are equally busy. (The step is that from a maximum to the conditional value at risk: R. T.
 * Rockafellar and S. Uryasev, Journal of Risk 2, 2000.)
 *
 * <p>Not thread-safe.
 */
final class Overload {

  private final Packing packing;
  private final double allSpeed;

  /** The inverse of the ideal work. */
  private double perIdeal;

  private double cap;

  Overload(Packing packing) {
    this.packing = packing;
    double speed = 0;
    for (double slowness : packing.slowness) {
      speed += 1 / slowness;
    }
    this.allSpeed = speed;
  }

  /** Takes the packing's weights, of which at least one is above 0. */
  void weigh() {
    double total = 0;
    for (double weight : packing.weight) {
      total += weight;
    }
    perIdeal = allSpeed / total;
  }

  /** By how much a rank of so much work is above the ideal, relative to it. */
  double imbalance(double work) {
    return work * perIdeal - 1;
  }

  /** Ranks are overloaded from now on if they are above this imbalance. */
  void allow(double imbalance) {
    cap = (1 + imbalance) / perIdeal;
  }

  /** The overload of a rank, from 0. */
  double of(int rank) {
    return above(packing.load[rank] * packing.slowness[rank]);
  }

  /** The overload of a rank that has more load, or less. */
  double with(int rank, double more) {
    return above((packing.load[rank] + more) * packing.slowness[rank]);
  }

  private double above(double work) {
    return work > cap ? (work - cap) * perIdeal : 0;
  }
}

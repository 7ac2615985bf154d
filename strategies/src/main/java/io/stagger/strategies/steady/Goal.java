package io.stagger.strategies.steady;

import java.util.Arrays;

/**
 * The work that no rank shall exceed, and an estimate of the moves that this still takes: one for
 * each rank that exceeds it, and one for each rank that must take over what is too much. So a rank
 * that is too busy counts 1, and its excess in units of what an idle rank can take.
 *
 * <p>Keeps its scratch between calls: not thread-safe.
 */
final class Goal {

  /** What a rank may exceed its limit by, relative to it; less may be rounding. */
  private static final double ROUNDING = 1e-9;

  /** The load that each rank may have. */
  final double[] limit;

  private final double[] room;
  private double unit;

  Goal(int ranks) {
    this.limit = new double[ranks];
    this.room = new double[ranks];
  }

  /** Sets the goal; the holding tells how much the idle ranks can take. */
  void set(Holding holding, double work) {
    for (int rank = 0; rank < limit.length; rank++) {
      limit[rank] = work * holding.speed[rank] * (1 + ROUNDING);
    }
    int takers = takers(holding);
    double taken = 0;
    for (int rank = 0; rank < limit.length; rank++) {
      taken += Math.max(0, holding.load[rank] - limit[rank]);
    }
    unit = taken > 0 ? taken / Math.max(1, takers) : 1;
  }

  /** How much more a rank may have; negative if it is too busy. */
  double free(Holding holding, int rank) {
    return limit[rank] - holding.load[rank];
  }

  /** The estimate for one rank with some load. */
  double need(int rank, double load) {
    double excess = load - limit[rank];
    return excess > 0 ? 1 + excess / unit : 0;
  }

  /** Whether every rank keeps to it. */
  boolean isMet(Holding holding) {
    for (int rank = 0; rank < limit.length; rank++) {
      if (holding.load[rank] > limit[rank]) {
        return false;
      }
    }
    return true;
  }

  /** How many ranks it takes, the idlest first, to take over all that is too much; or all. */
  int takers(Holding holding) {
    double excess = 0;
    int idle = 0;
    for (int rank = 0; rank < limit.length; rank++) {
      double free = free(holding, rank);
      if (free < 0) {
        excess -= free;
      } else {
        room[idle++] = free;
      }
    }
    Arrays.sort(room, 0, idle);
    int takers = 0;
    while (takers < idle && excess > 0) {
      takers++;
      excess -= room[idle - takers];
    }
    return takers;
  }
}

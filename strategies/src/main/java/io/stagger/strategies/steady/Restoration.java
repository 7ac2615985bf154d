package io.stagger.strategies.steady;

/**
 * Gives experts that no rank holds a slot: the heaviest first, each where the busiest of the ranks
 * whose load changes is the least busy; equals: the lowest slot. These moves no budget can refuse.
 *
 * <p>Not thread-safe.
 */
final class Restoration {

  private final Holding holding;

  Restoration(Holding holding) {
    this.holding = holding;
  }

  void restore() {
    for (int expert = heaviestLost(); expert != Holding.NONE; expert = heaviestLost()) {
      holding.overwrite(bestSlot(expert), expert);
    }
  }

  private int heaviestLost() {
    int heaviest = Holding.NONE;
    for (int expert = 0; expert < holding.experts; expert++) {
      boolean heavier =
          heaviest == Holding.NONE || holding.weight[expert] > holding.weight[heaviest];
      if (holding.count[expert] == 0 && heavier) {
        heaviest = expert;
      }
    }
    return heaviest;
  }

  /** There is one: the slots are at least as many as the experts. */
  private int bestSlot(int expert) {
    int best = Holding.NONE;
    double least = Double.POSITIVE_INFINITY;
    for (int slot = 0; slot < holding.slots; slot++) {
      if (holding.isSpare(slot)) {
        double work = workAfter(slot, holding.weight[expert]);
        if (work < least) {
          least = work;
          best = slot;
        }
      }
    }
    return best;
  }

  private double workAfter(int slot, double received) {
    int rank = holding.rankOf[slot];
    double own = holding.load[rank] + received - holding.shareAt(slot);
    double busiest = 0;
    int former = holding.expert[slot];
    if (former >= 0) {
      double more = holding.weight[former] / (holding.count[former] - 1) - holding.share[former];
      for (int o = holding.head[former]; o != Holding.NONE; o = holding.next[o]) {
        int other = holding.rankOf[o];
        if (other != rank) {
          busiest = Math.max(busiest, (holding.load[other] + more) / holding.speed[other]);
        } else if (o != slot) {
          own += more;
        }
      }
    }
    return Math.max(busiest, own / holding.speed[rank]);
  }
}

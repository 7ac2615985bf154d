package io.stagger.strategies.affinity;

/**
 * Tabu search (F. Glover, ORSA J. Computing 1, 1989) for a layer's plan of few visits under a limit
 * on each rank's work. The limit may be passed on the way, at a price that rises as long as it is
 * and falls as long as it is not (strategic oscillation); what is kept is within it.
 */
final class LayerSearch {

  /** After so many plans on one side of the limit, the price changes. */
  private static final int STREAK = 4;

  private static final double PRICE_STEP = 1.6;
  private static final double MOST = 1e6;

  /** Less than this may be rounding. */
  private static final double GAIN = 1e-6;

  private final Holding holding;
  private final Moves moves;
  private final Rest rest;

  /** Visits that weigh as much as overload by the limit itself. */
  private final double unit;

  private final int[] kept;
  private double keptOverload;
  private double keptCost;
  private int steps;

  /**
   * A search that starts from the plan there is.
   *
   * @param limit the most work that a rank should have; infinite for no limit
   */
  LayerSearch(Holding holding, double limit) {
    this.holding = holding;
    this.rest = new Rest(holding.slots);
    this.moves = new Moves(holding, rest, limit);
    this.unit = limit < Double.POSITIVE_INFINITY ? holding.nets.tokens() / limit : 0;
    this.kept = holding.expertAt.clone();
    this.keptOverload = moves.overload();
    this.keptCost = holding.cost();
  }

  /**
   * Searches; the holding then has the best plan that was met.
   *
   * @param most moves at most
   * @param patience moves without a better plan, after which the search ends
   */
  void run(int most, int patience) {
    double price = 1;
    int streak = 0;
    int idle = 0;
    while (steps < most && idle < patience) {
      rest.tick();
      steps++;
      // Where everything rests, waiting is a move too.
      if (moves.find(price * unit, holding.cost() - keptCost)) {
        moves.apply();
      }
      idle = keepIfBetter() ? 0 : idle + 1;
      boolean over = moves.overload() > 0;
      streak = over ? Math.max(streak, 0) + 1 : Math.min(streak, 0) - 1;
      if (Math.abs(streak) >= STREAK) {
        price = Math.clamp(over ? price * PRICE_STEP : price / PRICE_STEP, 1 / MOST, MOST);
        streak = 0;
      }
    }
    holding.set(kept);
  }

  /** How many moves were made. */
  int steps() {
    return steps;
  }

  /** By how much the best plan is above the limit, over all ranks; 0 if it keeps to it. */
  double overload() {
    return keptOverload;
  }

  private boolean keepIfBetter() {
    double overload = moves.overload();
    double cost = holding.cost();
    boolean better =
        overload < keptOverload || (overload == keptOverload && cost < keptCost - GAIN);
    if (better) {
      keptOverload = overload;
      keptCost = cost;
      System.arraycopy(holding.expertAt, 0, kept, 0, kept.length);
    }
    return better;
  }
}

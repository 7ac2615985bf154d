package io.stagger.strategies.steady;

/**
 * Searches the {@link Frontier} of a layer, from staying to a full new plan:
 *
 * <ol>
 *   <li>restore: experts that lost their last rank get a slot;
 *   <li>for goals ever closer to the full plan's balance: overwrite, one slot after the other, as
 *       long as that lowers the estimate of the moves needed, and go back to where it was lowest;
 *   <li>exchange experts among the ranks until the goal is met, or nothing helps; again if it is
 *       not met, for what was moved once can be moved elsewhere for nothing;
 *   <li>the full plan itself is the last point, with its ranks matched to those that hold most of
 *       the same experts.
 * </ol>
 *
 * <p>Keeps its scratch between layers: not thread-safe.
 */
final class LayerSearch {

  /** How much of the way from staying to the full plan each goal is. */
  private static final double[] GOALS = {0.7, 0.85, 0.93, 0.96, 0.98};

  /** So many overwritings may come to nothing before the search for better ones ends. */
  private static final int PATIENCE = 3;

  private static final int ROUNDS = 3;

  private final Holding start;
  private final Holding holding;
  private final Holding best;
  private final Goal goal;
  private final Restoration restoration;
  private final Overwrites overwrites;
  private final Exchange exchange;
  private final RankMatch match;
  private final int mostGifts;

  /**
   * A search for the layers of a model on a cluster.
   *
   * @param effort sweeps of an exchange's search
   */
  LayerSearch(CountedSlots slots, int experts, int effort) {
    this.start = slots.emptyHolding(experts);
    this.holding = slots.emptyHolding(experts);
    this.best = slots.emptyHolding(experts);
    this.goal = new Goal(start.ranks);
    this.restoration = new Restoration(start);
    this.overwrites = new Overwrites(holding, goal);
    this.exchange = new Exchange(holding, goal, effort);
    this.match = new RankMatch(start);
    this.mostGifts = Math.min(start.slots, start.ranks + start.ranks / 2);
  }

  /**
   * The frontier of a layer.
   *
   * @param before what the slots hold
   * @param full what they hold in the best plan there is, whatever its moves
   * @param loads the load of each expert
   */
  Frontier search(int[] before, int[] full, double[] loads) {
    start.begin(before, loads);
    restoration.restore();
    Frontier frontier = new Frontier();
    frontier.add(start);
    double stay = start.busiest();
    holding.copyFrom(start);
    match.become(holding, full);
    double least = holding.busiest();
    frontier.add(holding);
    if (least < stay) {
      for (double part : GOALS) {
        goal.set(start, stay + (least - stay) * part);
        overwrite(frontier);
        exchange(frontier);
      }
    }
    return frontier;
  }

  /** Leaves the holding, and the best, where the fewest moves seem to be needed. */
  private void overwrite(Frontier frontier) {
    holding.copyFrom(start);
    best.copyFrom(start);
    int fewest = estimate();
    int idle = 0;
    // Every overwriting lowers a sum, so this ends by itself; a rank's slots bound it all the same.
    for (int i = 0; i < holding.slots && idle <= PATIENCE && overwrites.find(); i++) {
      overwrites.apply();
      frontier.add(holding);
      int moves = estimate();
      idle++;
      if (moves < fewest) {
        fewest = moves;
        idle = 0;
        best.copyFrom(holding);
      }
    }
    holding.copyFrom(best);
  }

  private int estimate() {
    return holding.moves() + exchange.begin() + goal.takers(holding);
  }

  private void exchange(Frontier frontier) {
    boolean better = true;
    for (int round = 0; round < ROUNDS && better && !goal.isMet(holding); round++) {
      better = exchangeOnce(frontier);
    }
  }

  /** Leaves the holding at the best that was met; false if that is not better than before. */
  private boolean exchangeOnce(Frontier frontier) {
    int[] before = holding.expert.clone();
    best.copyFrom(holding);
    double least = holding.busiest();
    boolean better = false;
    exchange.begin();
    exchange.joinAll();
    boolean goesOn = true;
    while (goesOn) {
      boolean covered = exchange.improve();
      if (exchange.apply()) {
        frontier.add(holding);
        if (holding.busiest() < least) {
          least = holding.busiest();
          best.copyFrom(holding);
          better = true;
        }
        holding.reset(before);
      }
      goesOn = !covered && exchange.gifts() < mostGifts && exchange.join();
    }
    holding.copyFrom(best);
    return better;
  }
}

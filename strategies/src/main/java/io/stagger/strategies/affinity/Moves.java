package io.stagger.strategies.affinity;

/**
 * Finds the best move of a layer's search: an exchange of two replicas on two ranks, or another
 * expert in place of a replica of one that has several. A move's worth is the visits that it saves,
 * less the price of what it adds to the overload of ranks. Where experts have one replica each this
 * is exact; otherwise an estimate, as tokens then choose anew.
 */
final class Moves {

  private static final double HAIR = 1e-9;

  private final Holding holding;
  private final RankSlots slots;
  private final Rest rest;
  private final double limit;

  /** What each slot's expert would save on each rank, {@code [slots][ranks]}. */
  private final double[] gains;

  /** The most that any slot of a rank would save on another, {@code [ranks][ranks]}. */
  private final double[] best;

  private double price;
  private double enough;
  private double relief;
  private double worth;
  private int slot;
  private int otherSlot;
  private int expert;

  /**
   * @param limit the most work that a rank should have
   */
  Moves(Holding holding, Rest rest, double limit) {
    this.holding = holding;
    this.slots = holding.slots;
    this.rest = rest;
    this.limit = limit;
    this.gains = new double[slots.slots() * slots.ranks];
    this.best = new double[slots.ranks * slots.ranks];
  }

  /** The work above the limit, over all ranks. */
  double overload() {
    double sum = 0;
    for (int rank = 0; rank < slots.ranks; rank++) {
      sum += over(rank, 0);
    }
    return sum > HAIR * limit ? sum : 0;
  }

  private double over(int rank, double more) {
    return Math.max(0, (holding.load[rank] + more) * slots.slowness[rank] - limit);
  }

  /**
   * Looks for a move.
   *
   * @param visitsPerWork the price of overload
   * @param saving what a move must save to be made although its replicas rest
   */
  boolean find(double visitsPerWork, double saving) {
    price = visitsPerWork;
    enough = saving;
    worth = Double.NEGATIVE_INFINITY;
    slot = Holding.NONE;
    otherSlot = Holding.NONE;
    weighGains();
    for (int rank = 0; rank < slots.ranks; rank++) {
      for (int other = rank + 1; other < slots.ranks; other++) {
        tryExchanges(rank, other);
      }
    }
    if (slots.slots() > slots.experts) {
      tryReplacements();
    }
    return slot != Holding.NONE;
  }

  private void weighGains() {
    int ranks = slots.ranks;
    for (int rank = 0; rank < ranks; rank++) {
      for (int to = 0; to < ranks; to++) {
        double most = Double.NEGATIVE_INFINITY;
        for (int s = slots.first[rank]; to != rank && s < slots.first[rank + 1]; s++) {
          double gain = holding.moveGain(s, slots.first[to]);
          gains[s * ranks + to] = gain;
          most = Math.max(most, gain);
        }
        best[rank * ranks + to] = most;
      }
    }
  }

  private void tryExchanges(int rank, int other) {
    int ranks = slots.ranks;
    double relief = price * (over(rank, 0) + over(other, 0));
    double back = best[other * ranks + rank] + relief;
    for (int s = slots.first[rank]; s < slots.first[rank + 1]; s++) {
      double there = gains[s * ranks + other];
      if (there + back > worth && !isHeldBy(other, s)) {
        for (int o = slots.first[other]; o < slots.first[other + 1]; o++) {
          if (there + gains[o * ranks + rank] + relief > worth) {
            tryExchange(s, o, there + gains[o * ranks + rank], relief);
          }
        }
      }
    }
  }

  private boolean isHeldBy(int rank, int s) {
    int held = holding.expertAt[s];
    return holding.count[held] > 1 && holding.holds(rank, held);
  }

  private void tryExchange(int s, int o, double moves, double relief) {
    int rank = slots.rankOf[s];
    int other = slots.rankOf[o];
    double saved = moves - holding.overlap(s, o);
    double moved = holding.loadOf(s) - holding.loadOf(o);
    double cost = price * (over(rank, -moved) + over(other, moved));
    double value = saved + relief - cost;
    if (value > worth && !isHeldBy(rank, o)) {
      boolean rests =
          rest.rests(holding.expertAt[s], other) || rest.rests(holding.expertAt[o], rank);
      if (!rests || (saved > enough && cost <= relief)) {
        worth = value;
        slot = s;
        otherSlot = o;
      }
    }
  }

  private void tryReplacements() {
    relief = price * overload();
    for (int s = 0; s < slots.slots(); s++) {
      if (holding.count[holding.expertAt[s]] > 1) {
        for (int candidate = 0; candidate < slots.experts; candidate++) {
          tryReplacement(s, candidate);
        }
      }
    }
  }

  private void tryReplacement(int s, int candidate) {
    int rank = slots.rankOf[s];
    double saved = holding.addGain(candidate, slots.first[rank]) - holding.loss(s);
    if (saved + relief <= worth || holding.holds(rank, candidate)) {
      return;
    }
    double cost = price * addedOverload(s, candidate);
    if (saved - cost > worth) {
      if (!rest.rests(candidate, rank) || (saved > enough && cost <= 0)) {
        worth = saved - cost;
        slot = s;
        otherSlot = Holding.NONE;
        expert = candidate;
      }
    }
  }

  /** What a replacement adds to the ranks' overload if loads are shared equally. */
  private double addedOverload(int s, int candidate) {
    int given = holding.expertAt[s];
    int rank = slots.rankOf[s];
    double gone = holding.loadOf(s);
    int replicas = holding.count[candidate];
    double more = gone / (holding.count[given] - 1);
    double taken = holding.expertLoad(candidate) / (replicas + 1);
    double added = over(rank, taken - gone) - over(rank, 0);
    for (int h = 0; h < holding.count[given]; h++) {
      int holder = slots.rankOf[holding.holders[given][h]];
      if (holder != rank) {
        double less = holding.holds(holder, candidate) ? taken / replicas : 0;
        added += over(holder, more - less) - over(holder, 0);
      }
    }
    for (int h = 0; h < replicas; h++) {
      int holder = slots.rankOf[holding.holders[candidate][h]];
      if (!holding.holds(holder, given)) {
        added += over(holder, -taken / replicas) - over(holder, 0);
      }
    }
    return added;
  }

  /** Makes the move that was found; what leaves a rank may not come back for a while. */
  void apply() {
    rest.of(holding.expertAt[slot], slots.rankOf[slot]);
    if (otherSlot == Holding.NONE) {
      holding.replace(slot, expert);
    } else {
      rest.of(holding.expertAt[otherSlot], slots.rankOf[otherSlot]);
      holding.swap(slot, otherSlot);
    }
  }
}

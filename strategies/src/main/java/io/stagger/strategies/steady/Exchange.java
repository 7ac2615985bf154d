package io.stagger.strategies.steady;

/**
 * Comes close to a goal by one exchange among many ranks, a move for each that takes part. What
 * each gives away is searched; who receives what follows, see {@link Receivers}.
 *
 * <p>There is a receiver for everything if for every load {@code t} as many rooms as gifts are
 * {@code t} or more. So a busy rank, whose room is smaller than its gift, uncovers the loads
 * between the two, an idle one covers those between its gift and its room, and what the busy ones
 * uncover the idle ones must cover, point by point. The search makes small what remains {@link
 * Cover#uncovered}: it lets idle ranks join until they could cover all, then lets each rank give
 * something else as long as that helps, then lets it give what does not help much less (threshold
 * accepting: G. Dueck and T. Scheuer, J. Comput. Phys. 90, 1990).
 *
 * <p>Keeps its scratch between calls: not thread-safe.
 */
final class Exchange {

  private static final int DESCENTS = 30;

  /** A descent ends when it gains less than this, relative to what is uncovered. */
  private static final double LITTLE = 1e-3;

  /** How much of what is uncovered on average a change may lose at first. */
  private static final double HEAT = 3;

  /** Of how many acceptable changes the first ones may be passed over. */
  private static final int CHOICES = 9;

  /** The largest part of the possible that a busy rank's gift is planned to relieve it by. */
  private static final double PLANNED = 0.9;

  private static final int MOST_PARTS = 4;
  private static final long SEED = 0x9E3779B97F4A7C15L;

  private final Holding holding;
  private final Goal goal;
  private final Gifts gifts;
  private final Cover cover;
  private final Receivers receivers;
  private final int effort;
  private final int[] bestSlots;

  private double least;
  private double excess;

  /** Nothing heavier than this can be covered. */
  private double coverable;

  private double lightest;

  private double joinGain;
  private int joinSlot;
  private double joinFree;
  private int splitGift;

  Exchange(Holding holding, Goal goal, int effort) {
    this.holding = holding;
    this.goal = goal;
    this.effort = effort;
    this.gifts = new Gifts(holding);
    this.cover = new Cover(holding.slots);
    this.receivers = new Receivers(holding, gifts);
    this.bestSlots = new int[holding.slots];
  }

  /**
   * Begins with the busy ranks' gifts.
   *
   * @return how many there are; a rank that cannot be relieved counts as many more
   */
  int begin() {
    gifts.clear();
    least = 1e-10 * goal.limit[0];
    excess = 0;
    measureLoads();
    int helpless = 0;
    for (int rank = 0; rank < holding.ranks; rank++) {
      double free = goal.free(holding, rank);
      if (free < 0) {
        excess -= free;
        helpless += relieve(rank, -free) ? 0 : 1;
      }
    }
    return gifts.many() + helpless * MOST_PARTS;
  }

  private void measureLoads() {
    coverable = 0;
    lightest = Double.POSITIVE_INFINITY;
    for (int slot = 0; slot < holding.slots; slot++) {
      double free = goal.free(holding, holding.rankOf[slot]);
      lightest = Math.min(lightest, holding.shareAt(slot));
      if (free > 0) {
        coverable = Math.max(coverable, holding.shareAt(slot) + free);
      }
    }
  }

  /** A rank gives its heaviest, and more if that cannot be enough. */
  private boolean relieve(int rank, double tooMuch) {
    double left = tooMuch;
    while (left > 0) {
      int slot = heaviest(rank);
      if (slot == Holding.NONE) {
        return false;
      }
      double most = (holding.shareAt(slot) - lightest) * PLANNED;
      double part = left <= most ? left : Math.min(left, Math.max(most, left / MOST_PARTS));
      gifts.add(slot, -part);
      left -= part;
    }
    return true;
  }

  private int heaviest(int rank) {
    int heaviest = Holding.NONE;
    for (int slot = holding.first[rank]; slot < holding.first[rank + 1]; slot++) {
      boolean heavier =
          heaviest == Holding.NONE || holding.shareAt(slot) > holding.shareAt(heaviest);
      if (heavier && gifts.isOpen(slot) && holding.shareAt(slot) <= coverable) {
        heaviest = slot;
      }
    }
    return heaviest;
  }

  /** Lets idle ranks join until they have as much free as the busy ones have too much. */
  void joinAll() {
    measure();
    double free = 0;
    while (free < excess && cover.uncovered() > least) {
      int joined = gifts.many();
      if (!join()) {
        return;
      }
      free += Math.max(0, gifts.free[joined]);
    }
  }

  /** Lets one rank more give, or one rank give one more; false if that covers nothing. */
  boolean join() {
    joinGain = least;
    joinSlot = Holding.NONE;
    splitGift = Holding.NONE;
    for (int rank = 0; rank < holding.ranks; rank++) {
      double free = goal.free(holding, rank);
      if (free > 0 && gifts.givesNothing(rank)) {
        tryToJoin(rank, free, 0, Holding.NONE);
      }
    }
    for (int gift = 0; gift < gifts.many(); gift++) {
      tryToSplit(gift);
    }
    if (joinSlot == Holding.NONE) {
      return false;
    }
    if (splitGift != Holding.NONE) {
      gifts.free[splitGift] = joinFree;
    }
    gifts.add(joinSlot, joinFree);
    measure();
    return true;
  }

  /** Two gifts with half the free load each instead of one. */
  private void tryToSplit(int gift) {
    double half = gifts.free[gift] / 2;
    double middle = gifts.load(gift) + half;
    double room = gifts.room(gift);
    double loss = half > 0 ? cover.tight(middle, room) : -cover.missing(room, middle);
    if (half != 0) {
      tryToJoin(gifts.rank(gift), half, loss, gift);
    }
  }

  private void tryToJoin(int rank, double free, double loss, int split) {
    for (int slot = holding.first[rank]; slot < holding.first[rank + 1]; slot++) {
      if (gifts.isOpen(slot)) {
        double load = holding.shareAt(slot);
        double gain =
            (free > 0 ? cover.missing(load, load + free) : -cover.tight(load + free, load)) - loss;
        if (gain > joinGain) {
          joinGain = gain;
          joinSlot = slot;
          joinFree = free;
          splitGift = split;
        }
      }
    }
  }

  /** Has the ranks give what leaves less uncovered; true if nothing is left. */
  boolean improve() {
    double before = Double.POSITIVE_INFINITY;
    for (int i = 0; i < DESCENTS && cover.uncovered() < before * (1 - LITTLE); i++) {
      before = cover.uncovered();
      sweep(0, 0);
    }
    if (cover.uncovered() > least) {
      acceptWorse();
    }
    return cover.uncovered() <= least;
  }

  private void acceptWorse() {
    System.arraycopy(gifts.slot, 0, bestSlots, 0, gifts.many());
    double fewest = cover.uncovered();
    double start = fewest / gifts.many() * HEAT;
    long random = SEED;
    for (int i = 1; i <= effort && cover.uncovered() > least; i++) {
      random = sweep(start * (effort - i) / effort, random);
      if (cover.uncovered() < fewest) {
        fewest = cover.uncovered();
        System.arraycopy(gifts.slot, 0, bestSlots, 0, gifts.many());
      }
    }
    if (fewest < cover.uncovered()) {
      gifts.restore(bestSlots);
      measure();
    }
  }

  /** Changes each gift once, if that loses no more than so much; 0 is for the best change. */
  private long sweep(double loss, long seed) {
    long random = seed;
    for (int gift = 0; gift < gifts.many() && cover.uncovered() > least; gift++) {
      random ^= random << 13;
      random ^= random >>> 7;
      random ^= random << 17;
      int slot = choose(gift, loss, (int) ((random >>> 40) % CHOICES));
      if (slot != Holding.NONE) {
        gifts.change(gift, slot);
        measure();
      }
    }
    return random;
  }

  private int choose(int gift, double loss, int pass) {
    int choice = Holding.NONE;
    double best = value(gift, gifts.load(gift)) - loss + least;
    int rank = gifts.rank(gift);
    int passed = 0;
    for (int slot = holding.first[rank]; slot < holding.first[rank + 1]; slot++) {
      if (gifts.isOpen(slot)) {
        double value = value(gift, holding.shareAt(slot));
        if (value > best) {
          choice = slot;
          if (loss == 0) {
            best = value;
          } else if (passed++ == pass) {
            return choice;
          }
        }
      }
    }
    return choice;
  }

  /** What an expert of some load, in a gift's place, would cover; less than 0 if it uncovers. */
  private double value(int gift, double load) {
    double free = gifts.free[gift];
    double from = load + Math.min(0, free);
    double to = load + Math.max(0, free);
    double low = gifts.load(gift) + Math.min(0, free);
    double high = gifts.load(gift) + Math.max(0, free);
    // Where the gift is now counts as if it were not there.
    double inFrom = Math.clamp(from, low, high);
    double inTo = Math.clamp(to, low, high);
    return free >= 0
        ? cover.missing(from, Math.min(to, Math.max(from, low)))
            + cover.tight(inFrom, inTo)
            + cover.missing(Math.max(from, Math.min(to, high)), to)
        : -cover.tight(from, Math.min(to, Math.max(from, low)))
            - cover.missing(inFrom, inTo)
            - cover.tight(Math.max(from, Math.min(to, high)), to);
  }

  private void measure() {
    for (int gift = 0; gift < gifts.many(); gift++) {
      cover.set(gift, gifts.load(gift), gifts.room(gift));
    }
    cover.measure(gifts.many());
  }

  /** How many gifts there are. */
  int gifts() {
    return gifts.many();
  }

  /** Makes the exchange as it is; false, and nothing is changed, if a rank would have one twice. */
  boolean apply() {
    if (!receivers.find()) {
      return false;
    }
    receivers.apply();
    return true;
  }
}

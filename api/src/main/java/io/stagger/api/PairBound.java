package io.stagger.api;

import java.util.Arrays;

/**
 * A lower bound on the busiest rank's work where equally fast ranks have two slots each, from a
 * linear relaxation of how experts are replicated.
 *
 * <p>Let no rank exceed {@code t}, and let {@code t/2 < from <= t}. Then a replica of {@code from}
 * or more shares its rank with one of at most {@code t - from}, or with an empty slot: there are at
 * least as many of these small replicas as of those large ones. How many replicas of an expert are
 * large or small follows from how many it has. If even the replica numbers that are best for this
 * balance, fractions allowed, leave too few small ones, no placement keeps to {@code t}.
 *
 * <p>Of the numbers of an expert only three are worth a look: the fewest that keep to {@code t},
 * the fewest that are not large, the fewest that are small; more cost a slot each and bring what an
 * empty slot brings. So the relaxation is a knapsack with at most two steps an expert, whose
 * fractional optimum takes the steps in the order of what they bring a slot (G. B. Dantzig,
 * "Discrete-variable extremum problems", Operations Research 5, 1957).
 *
 * <p>Keeps its scratch between calls: not thread-safe.
 */
final class PairBound {

  /** How many values of {@code from}, relative to {@code t}, are looked at. */
  private static final int CUTS = 48;

  /** How often an interval that holds the bound is halved. */
  private static final int HALVINGS = 12;

  /** What is above a limit by no more than rounding counts as within it: on the safe side. */
  private static final double ROUNDING = 1e-9;

  /** As much of a replica may be missing: steps are in order but for the rounding of floats. */
  private static final double MARGIN = 0.01;

  private final int slots;

  /** Steps that experts can take, by what they bring a slot, and how many slots each takes. */
  private double[] gains = new double[0];

  private long[] order = new long[0];
  private int[] costs = new int[0];
  private int steps;

  /** Of the replica numbers that experts begin with: slots taken, and small less large replicas. */
  private long taken;

  private long balance;

  /**
   * @param slots of all ranks together
   */
  PairBound(int slots) {
    this.slots = slots;
  }

  /**
   * The bound, if it is above one that is known, else that one.
   *
   * @param weights of the experts, in any order
   */
  double atLeast(double known, double[] weights) {
    double bound = known;
    for (int cut = 1; cut <= CUTS && bound > 0; cut++) {
      double from = 0.5 + 0.5 * cut / CUTS;
      bound = raise(bound, from, weights);
    }
    return bound;
  }

  /** Looks for the largest limit that one cut shows to be out of reach. */
  private double raise(double bound, double from, double[] weights) {
    if (mayHold(bound * (1 + ROUNDING), from, weights)) {
      return bound;
    }
    double impossible = bound;
    double possible = bound;
    do {
      impossible = possible;
      possible = 2 * impossible;
    } while (!mayHold(possible, from, weights));
    for (int i = 0; i < HALVINGS; i++) {
      double middle = impossible + (possible - impossible) / 2;
      if (mayHold(middle, from, weights)) {
        possible = middle;
      } else {
        impossible = middle;
      }
    }
    return impossible;
  }

  /** False if no placement keeps to a limit. */
  private boolean mayHold(double limit, double from, double[] weights) {
    double large = limit * from;
    double small = (limit - large) * (1 + ROUNDING);
    begin(weights.length);
    for (double weight : weights) {
      if (weight <= small) {
        taken++;
      } else {
        add(weight, limit, large, small);
      }
    }
    return taken <= slots && best() >= -MARGIN;
  }

  private void begin(int experts) {
    if (gains.length < 2 * experts) {
      gains = new double[2 * experts];
      costs = new int[2 * experts];
    }
    steps = 0;
    taken = 0;
    balance = 0;
  }

  /** Takes the fewest replicas that keep to the limit, and notes the steps to more. */
  private void add(double weight, double limit, double large, double small) {
    long fewest = replicas(weight, limit * (1 + ROUNDING));
    long notLarge = Math.max(fewest, capped(Math.floor(weight / large) + 1));
    long allSmall = Math.max(notLarge, replicas(weight, small));
    taken += fewest;
    if (allSmall == fewest) {
      return;
    }
    // A slot that stays empty is small, so each replica that is not costs one, and a large one two.
    boolean isLarge = fewest < notLarge;
    balance -= isLarge ? 2 * fewest : fewest;
    double whole = gain(isLarge ? 2 * fewest : fewest, allSmall - fewest);
    double first = isLarge ? gain(2 * fewest - notLarge, notLarge - fewest) : 0;
    if (first > whole) {
      note(first, notLarge - fewest);
      note(gain(notLarge, allSmall - notLarge), allSmall - notLarge);
    } else {
      note(whole, allSmall - fewest);
    }
  }

  private static double gain(long gain, long cost) {
    return cost == 0 ? 0 : (double) gain / cost;
  }

  private long replicas(double weight, double most) {
    return capped(Math.ceil(weight / most));
  }

  /** More than all slots are as good as infinitely many. */
  private long capped(double replicas) {
    return (long) Math.clamp(replicas, 1, slots + 1.0);
  }

  private void note(double gain, long cost) {
    if (gain > 0 && cost > 0) {
      gains[steps] = gain;
      costs[steps++] = (int) Math.min(cost, slots);
    }
  }

  /** The largest surplus of small replicas over large ones, fractions of steps allowed. */
  private double best() {
    double best = (double) balance + slots;
    long left = slots - taken;
    if (best >= 0) {
      return best;
    }
    sortSteps();
    for (int i = steps - 1; i >= 0 && left > 0 && best < 0; i--) {
      int step = (int) (order[i] & 0xFFFF_FFFFL);
      best += gains[step] * Math.min(left, costs[step]);
      left -= costs[step];
    }
    return best;
  }

  /** By gain, ascending. Gains are positive, so their bits as floats are in their order. */
  private void sortSteps() {
    if (order.length < gains.length) {
      order = new long[gains.length];
    }
    for (int step = 0; step < steps; step++) {
      order[step] = (long) Float.floatToRawIntBits((float) gains[step]) << 32 | step;
    }
    Arrays.sort(order, 0, steps);
  }
}

package io.stagger.strategies.balanced;

/**
 * Improves replica counts where every rank has two slots and all are equally fast. There the
 * busiest rank under given counts is known without dealing: the heaviest replica goes with the
 * lightest, the next with the next, and so on, as if the sorted replicas were folded in the middle.
 * So only counts are searched, by taking a replica from one expert and giving it to another as long
 * as there is less above a limit then.
 *
 * <p>A step of the budget is one meeting of two experts in a fold. Keeps its scratch between calls:
 * not thread-safe.
 */
final class Fold {

  /** What a change must gain, relative to what there is; less may be rounding. */
  private static final double GAIN = 1e-9;

  /**
   * Excess is looked at above these heights between the goal and the busiest rank, one after the
   * other: to bring down many ranks by a bit first makes room for the busiest.
   */
  private static final double[] HEIGHTS = {0.25, 1 - GAIN};

  /** Steps that a fold takes besides its meetings. */
  private static final int EVALUATION = 8;

  private final Packing packing;
  private final Budget budget;

  /** The experts by descending share. */
  private final int[] order;

  private final int[] giversListed;
  private int givers;
  private int giver;
  private int taker;
  private double giverShare;
  private double takerShare;
  private boolean giverMet;
  private boolean takerMet;
  private int heavyEnd;
  private int lightEnd;

  /** How many experts have not met any yet. */
  private int experts;

  /** Who met so far: the two experts, and how many pairs of their replicas. */
  private final int[] heavy;

  private final int[] light;
  private final int[] pairs;
  private int meetings;

  /** The busiest rank's load of the last fold. */
  private double busiest;

  /** The least that {@link #busiest} was, and with which counts. */
  private double best;

  private final int[] bestCount;

  Fold(Packing packing, Budget budget) {
    this.packing = packing;
    this.budget = budget;
    this.order = new int[packing.experts];
    this.giversListed = new int[packing.experts];
    this.heavy = new int[packing.experts + 2];
    this.light = new int[packing.experts + 2];
    this.pairs = new int[packing.experts + 2];
    this.bestCount = new int[packing.experts];
  }

  /** Whether a packing's ranks have two slots each, and are equally fast. */
  static boolean fits(Packing packing) {
    for (int rank = 0; rank < packing.ranks; rank++) {
      if (packing.first[rank + 1] - packing.first[rank] != 2
          || packing.slowness[rank] != packing.slowness[0]) {
        return false;
      }
    }
    return true;
  }

  /**
   * Changes the packing's counts and shares for the better; what lies where is not touched.
   *
   * @param byShare all experts by descending share, kept so
   * @param target work at which the search ends
   * @return the work of the busiest rank if these replicas are folded
   */
  double improve(int[] byShare, double target) {
    double goal = target / packing.slowness[0];
    System.arraycopy(byShare, 0, order, 0, order.length);
    best = Double.POSITIVE_INFINITY;
    excess(Packing.NONE, Packing.NONE, 0, Double.POSITIVE_INFINITY);
    keepIfBest();
    for (double height : HEIGHTS) {
      boolean better = true;
      while (better && best > goal && !budget.isSpent()) {
        better = pass(byShare, goal + height * (busiest - goal));
      }
    }
    for (int expert = 0; expert < packing.experts; expert++) {
      if (packing.count[expert] != bestCount[expert]) {
        move(expert, bestCount[expert]);
      }
    }
    System.arraycopy(order, 0, byShare, 0, order.length);
    return best * packing.slowness[0];
  }

  private void keepIfBest() {
    if (busiest < best) {
      best = busiest;
      System.arraycopy(packing.count, 0, bestCount, 0, bestCount.length);
    }
  }

  /** Lets every expert once have a replica of whoever can spare it best, if that helps. */
  private boolean pass(int[] byShare, double limit) {
    double before = excess(Packing.NONE, Packing.NONE, limit, Double.POSITIVE_INFINITY);
    double excess = before;
    listGivers();
    for (int i = 0; i < byShare.length && excess > 0; i++) {
      excess = give(byShare[i], limit, excess);
    }
    System.arraycopy(order, 0, byShare, 0, order.length);
    return excess < before;
  }

  private void listGivers() {
    givers = 0;
    for (int expert : order) {
      if (packing.count[expert] > 1) {
        giversListed[givers++] = expert;
      }
    }
  }

  /** Gives an expert a replica of whoever can spare it best, if that helps; the excess then. */
  private double give(int candidate, double limit, double excess) {
    double least = excess * (1 - GAIN);
    double busiestThen = busiest;
    int bestGiver = Packing.NONE;
    for (int i = 0; i < givers && !budget.isSpent(); i++) {
      int other = giversListed[i];
      if (mayGive(other, candidate)) {
        double after = excess(other, candidate, limit, least);
        if (after < least) {
          least = after;
          busiestThen = busiest;
          bestGiver = other;
        }
      }
    }
    busiest = busiestThen;
    if (bestGiver == Packing.NONE) {
      return excess;
    }
    move(bestGiver, packing.count[bestGiver] - 1);
    move(candidate, packing.count[candidate] + 1);
    keepIfBest();
    return least;
  }

  private boolean mayGive(int from, int to) {
    return packing.count[from] > 1 && from != to && packing.count[to] < packing.ranks;
  }

  /** Sets an expert's count, and moves it to where it then belongs in the order. */
  private void move(int expert, int count) {
    double share = packing.weight[expert] / count;
    packing.count[expert] = count;
    packing.share[expert] = share;
    int at = 0;
    while (order[at] != expert) {
      at++;
    }
    while (at > 0 && packing.share[order[at - 1]] < share) {
      order[at] = order[at - 1];
      at--;
    }
    while (at + 1 < order.length && packing.share[order[at + 1]] > share) {
      order[at] = order[at + 1];
      at++;
    }
    order[at] = expert;
  }

  /**
   * How much load is above a limit when the replicas are folded, over all ranks; also notes what
   * the busiest has.
   *
   * @param from loses a replica, or {@link Packing#NONE}
   * @param to gains it
   * @param below where the excess is not below this, it does not matter by how much: infinity then
   */
  private double excess(int from, int to, double limit, double below) {
    open(from, to);
    budget.spend(EVALUATION);
    double excess = 0;
    busiest = 0;
    int heavyLeft = 0;
    int lightLeft = 0;
    for (int left = packing.ranks; left > 0; ) {
      if (heavyLeft == 0 && experts > 0) {
        heavy[meetings] = nextHeavy();
        heavyLeft = countOf(heavy[meetings]);
      }
      if (lightLeft == 0 && experts > 0) {
        light[meetings] = nextLight();
        lightLeft = countOf(light[meetings]);
      }
      int met = Math.min(heavyLeft, lightLeft);
      if (met == 0) {
        int last = heavyLeft > 0 ? heavy[meetings] : light[meetings];
        excess += spread(last, left, limit);
        return excess < below ? excess : Double.POSITIVE_INFINITY;
      }
      double load = shareOf(heavy[meetings]) + shareOf(light[meetings]);
      if (load > limit) {
        excess += met * (load - limit);
        if (excess >= below) {
          return Double.POSITIVE_INFINITY;
        }
      }
      busiest = Math.max(busiest, load);
      heavyLeft -= met;
      lightLeft -= met;
      left -= met;
      pairs[meetings] = met;
      heavy[meetings + 1] = heavy[meetings];
      light[meetings + 1] = light[meetings];
      meetings++;
      budget.spend(1);
    }
    return excess;
  }

  /**
   * One expert is left in the middle and would meet itself; instead its replicas come between the
   * pairs that met last and do not have it yet. The excess of that.
   *
   * @param left how many ranks are left for it
   */
  private double spread(int expert, int left, double limit) {
    double share = shareOf(expert);
    double excess = 0;
    int open = left;
    for (int i = meetings - 1; i >= 0 && open > 0; i--) {
      if (heavy[i] != expert && light[i] != expert) {
        double load = shareOf(heavy[i]) + share;
        busiest = Math.max(busiest, load);
        excess += Math.min(open, pairs[i]) * Math.max(0, load - limit);
        open -= pairs[i];
      }
    }
    return open > 0 ? Double.POSITIVE_INFINITY : excess;
  }

  private void open(int from, int to) {
    giver = from;
    taker = to;
    giverMet = from == Packing.NONE;
    takerMet = to == Packing.NONE;
    giverShare = giverMet ? 0 : packing.weight[from] / (packing.count[from] - 1);
    takerShare = takerMet ? 0 : packing.weight[to] / (packing.count[to] + 1);
    heavyEnd = 0;
    lightEnd = order.length - 1;
    experts = order.length;
    meetings = 0;
  }

  private boolean isMoved(int expert) {
    return expert == giver || expert == taker;
  }

  private int nextHeavy() {
    experts--;
    while (heavyEnd <= lightEnd && isMoved(order[heavyEnd])) {
      heavyEnd++;
    }
    double share = heavyEnd <= lightEnd ? packing.share[order[heavyEnd]] : -1;
    boolean givers = !giverMet && giverShare > share && (takerMet || giverShare >= takerShare);
    if (givers) {
      giverMet = true;
      return giver;
    }
    if (!takerMet && takerShare > share) {
      takerMet = true;
      return taker;
    }
    return order[heavyEnd++];
  }

  private int nextLight() {
    experts--;
    while (lightEnd >= heavyEnd && isMoved(order[lightEnd])) {
      lightEnd--;
    }
    double share = lightEnd >= heavyEnd ? packing.share[order[lightEnd]] : Double.POSITIVE_INFINITY;
    boolean takers = !takerMet && takerShare < share && (giverMet || takerShare <= giverShare);
    if (takers) {
      takerMet = true;
      return taker;
    }
    if (!giverMet && giverShare < share) {
      giverMet = true;
      return giver;
    }
    return order[lightEnd--];
  }

  private double shareOf(int expert) {
    return expert == giver ? giverShare : expert == taker ? takerShare : packing.share[expert];
  }

  private int countOf(int expert) {
    int more = expert == giver ? -1 : expert == taker ? 1 : 0;
    return packing.count[expert] + more;
  }
}

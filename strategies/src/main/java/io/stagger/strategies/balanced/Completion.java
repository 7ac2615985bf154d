package io.stagger.strategies.balanced;

import java.util.Arrays;

/**
 * Searches the plans of a small layer exhaustively, rank by rank: is there one whose busiest rank
 * stays below a limit? If every rank is to stay below it, all ranks together can be idle only for
 * what is left of the limit over the mean, so each rank's replicas must weigh at least the limit
 * less that; few sets of replicas do. Experts get their number of replicas when the first of them
 * is placed. (Bin completion: R. E. Korf, "An improved algorithm for optimal bin packing", IJCAI
 * 2003; the choice of counts is this project's.)
 *
 * <p>For ranks that have the same number of slots and are equally fast. A step of the budget is one
 * slot filled. Keeps its scratch between calls: not thread-safe.
 */
final class Completion {

  /** What a search may end with. */
  enum Answer {
    /** There is a plan below the limit. */
    FOUND,
    /** There is none. */
    IMPOSSIBLE,
    /** The budget was spent before that was clear. */
    UNKNOWN
  }

  /** More experts than this, and a search hardly ever ends. */
  private static final int MOST_EXPERTS = 64;

  /** What sums of shares may be off by, relative to the limit. */
  private static final double ROUNDING = 1e-10;

  private final Packing packing;
  private final int experts;
  private final int ranks;
  private final int slotsPerRank;

  /** The experts by descending weight; all else here goes by the index in this order. */
  private final double[] weight;

  private final int[] count;
  private final int[] left;
  private final double[] share;

  /** The fewest replicas that an expert needs for one of them to be below the limit. */
  private final int[] fewest;

  /** The plan: an expert for each slot, rank by rank. */
  private final int[] held;

  private final Budget budget = new Budget();
  private double limit;
  private double idle;
  private int ranksLeft;
  private int spare;

  Completion(Packing packing) {
    this.packing = packing;
    this.experts = packing.experts;
    this.ranks = packing.ranks;
    this.slotsPerRank = packing.first[1];
    this.weight = new double[experts];
    this.count = new int[experts];
    this.left = new int[experts];
    this.share = new double[experts];
    this.fewest = new int[experts];
    this.held = new int[packing.slots()];
  }

  /** Whether a packing is small, and its ranks are alike. */
  static boolean fits(Packing packing) {
    for (int rank = 0; rank < packing.ranks; rank++) {
      if (packing.first[rank + 1] - packing.first[rank] != packing.first[1]
          || packing.slowness[rank] != packing.slowness[0]) {
        return false;
      }
    }
    return packing.experts <= MOST_EXPERTS && packing.ranks <= MOST_EXPERTS;
  }

  /**
   * Looks for a plan.
   *
   * @param byWeight all experts by descending weight
   * @param below the work that every rank must stay at or below
   * @param steps how many slots may be filled in the search
   */
  Answer find(int[] byWeight, double below, long steps) {
    limit = below / packing.slowness[0];
    double total = 0;
    for (int i = 0; i < experts; i++) {
      weight[i] = packing.weight[byWeight[i]];
      total += weight[i];
    }
    idle = ranks * limit - total;
    if (idle < 0) {
      return Answer.IMPOSSIBLE;
    }
    idle += ROUNDING * limit;
    Arrays.fill(count, 0);
    Arrays.fill(left, 0);
    spare = packing.slots();
    for (int i = 0; i < experts; i++) {
      double needed = Math.ceil(weight[i] / limit);
      if (needed > ranks) {
        return Answer.IMPOSSIBLE;
      }
      fewest[i] = Math.max(1, (int) needed);
      spare -= fewest[i];
    }
    if (spare < 0) {
      return Answer.IMPOSSIBLE;
    }
    ranksLeft = ranks;
    budget.reset(steps);
    if (fillNextRank()) {
      return Answer.FOUND;
    }
    return budget.isSpent() ? Answer.UNKNOWN : Answer.IMPOSSIBLE;
  }

  /** Steps of the last search. */
  long steps() {
    return budget.spent();
  }

  /** Puts the plan that was found into the packing. */
  void apply(int[] byWeight) {
    for (int i = 0; i < experts; i++) {
      packing.count[byWeight[i]] = count[i];
      packing.share[byWeight[i]] = packing.weight[byWeight[i]] / count[i];
    }
    packing.clear();
    for (int slot = 0; slot < held.length; slot++) {
      packing.add(byWeight[held[slot]], slot / slotsPerRank);
    }
    packing.complete();
  }

  /** The heaviest replica that is left begins a rank; if there is none, the heaviest expert. */
  private boolean fillNextRank() {
    if (ranksLeft == 0) {
      return true;
    }
    int heaviest = Packing.NONE;
    int unseen = Packing.NONE;
    for (int expert = 0; expert < experts; expert++) {
      if (left[expert] > ranksLeft) {
        return false;
      }
      if (left[expert] > 0 && (heaviest == Packing.NONE || share[expert] > share[heaviest])) {
        heaviest = expert;
      }
      if (count[expert] == 0 && unseen == Packing.NONE) {
        unseen = expert;
      }
    }
    if (heaviest != Packing.NONE) {
      return begin(heaviest);
    }
    return unseen != Packing.NONE && beginWithUnseen(unseen);
  }

  private boolean beginWithUnseen(int expert) {
    int most = Math.min(ranksLeft, fewest[expert] + spare);
    for (int replicas = fewest[expert]; replicas <= most && !budget.isSpent(); replicas++) {
      decide(expert, replicas);
      if (begin(expert)) {
        return true;
      }
      undecide(expert);
    }
    return false;
  }

  private void decide(int expert, int replicas) {
    count[expert] = replicas;
    left[expert] = replicas;
    share[expert] = weight[expert] / replicas;
    spare -= replicas - fewest[expert];
  }

  private void undecide(int expert) {
    spare += count[expert] - fewest[expert];
    count[expert] = 0;
    left[expert] = 0;
  }

  private boolean begin(int expert) {
    int first = (ranks - ranksLeft) * slotsPerRank;
    ranksLeft--;
    boolean found = take(expert, first, 0, 0);
    if (!found) {
      ranksLeft++;
    }
    return found;
  }

  /**
   * Takes a replica into a slot, and goes on from there.
   *
   * @param load what the rank has before
   * @param onRank the experts that it holds before, as bits
   */
  private boolean take(int expert, int slot, double load, long onRank) {
    left[expert]--;
    held[slot] = expert;
    boolean found = fill(slot + 1, load + share[expert], onRank | 1L << expert);
    if (!found) {
      left[expert]++;
    }
    return found;
  }

  /** Fills a rank from a slot on; of those after the first, the heaviest comes first. */
  private boolean fill(int slot, double load, long onRank) {
    budget.spend(1);
    int place = slot % slotsPerRank;
    if (place == 0) {
      return endRank(load);
    }
    double most = limit - load;
    double least = (most - idle) / (slotsPerRank - place);
    int previous = place > 1 ? held[slot - 1] : Packing.NONE;
    if (previous != Packing.NONE) {
      most = Math.min(most, share[previous]);
    }
    for (int expert = 0; expert < experts && !budget.isSpent(); expert++) {
      if ((onRank >>> expert & 1) == 0 && tryNext(expert, slot, load, onRank, least, most)) {
        return true;
      }
    }
    return false;
  }

  private boolean endRank(double load) {
    idle -= limit - load;
    boolean found = fillNextRank();
    idle += limit - load;
    return found;
  }

  private boolean tryNext(
      int expert, int slot, double load, long onRank, double least, double most) {
    if (count[expert] > 0) {
      boolean fits = left[expert] > 0 && share[expert] >= least && share[expert] <= most;
      return fits && take(expert, slot, load, onRank);
    }
    double fewestHere = weight[expert] > 0 ? Math.ceil(weight[expert] / most) : 1;
    if (most < 0 || fewestHere > ranks) {
      return false;
    }
    int to = Math.min(ranksLeft + 1, fewest[expert] + spare);
    int from = Math.max(fewest[expert], (int) fewestHere);
    for (int replicas = from;
        replicas <= to && weight[expert] >= least * replicas && !budget.isSpent();
        replicas++) {
      decide(expert, replicas);
      if (take(expert, slot, load, onRank)) {
        return true;
      }
      undecide(expert);
    }
    return false;
  }
}

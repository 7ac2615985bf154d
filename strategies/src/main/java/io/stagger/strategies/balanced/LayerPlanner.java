package io.stagger.strategies.balanced;

import io.stagger.api.LoadBound;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Plans a layer so that its busiest rank has as little work as can be:
 *
 * <ol>
 *   <li>replicate: the slots to spare go to the heaviest replicas;
 *   <li>deal: the heaviest replica first, to the rank that will be done first;
 *   <li>descend: as long as an exchange of two replicas relieves the busiest rank, make the best
 *       one; where slots are few, also let a replica become one of another expert;
 *   <li>climb, where slots are few: take a replica from one expert and give it to another, deal and
 *       descend again, and go on from what is better; begin with these counts, then with more or
 *       fewer replicas of the heaviest expert;
 *   <li>walk: relieve the busiest rank even if another becomes busier than it was, and let what was
 *       moved rest (tabu search); keep the best that is met;
 *   <li>prove, where asked and the layer is small: search exhaustively for a better plan.
 * </ol>
 *
 * <p>Where ranks have two slots each, {@link Fold} finds the counts instead of climb and walk.
 *
 * <p>The search ends at the target, a hair above the lower bound, or when its budget is spent. Its
 * course does not depend on the budget, so more budget never makes a plan worse.
 *
 * <p>Keeps its scratch between layers: not thread-safe.
 */
final class LayerPlanner {

  /** With so few slots a rank, which replicas there are matters more than who lies with whom. */
  private static final int FEW_SLOTS = 3;

  /** What a descent must gain, relative to what it has; less may be rounding. */
  private static final double GAIN = 1e-9;

  private final LoadBound bound;
  private final double tolerance;
  private final long effort;
  private final Packing packing;
  private final Packing best;
  private final Budget budget = new Budget();
  private final Rest rest;
  private final Swaps swaps;
  private final Retypes retypes;
  private final HeaviestFirst heaviestFirst;
  private final Replication replication;
  private final Deal deal;
  private final int[] byWeight;
  private final int[] byShare;
  private final int[] climbedCount;
  private final double[] ascending;
  private final boolean countsMatter;

  /** Null where ranks have other than two slots, or differ. */
  private final @Nullable Fold fold;

  /** Null where no proof is asked for, or the layer is too large for one. */
  private final @Nullable Completion completion;

  private final long proof;

  private double target;
  private double bestWork;
  private double climbed;
  private double provenBound;

  /**
   * A planner for the layers of a model on a cluster.
   *
   * @param packing empty, of the cluster's ranks that count
   * @param spare another such, as scratch
   * @param effort steps of search for each layer
   * @param tolerance how far above the lower bound the search ends, relative to it
   * @param proof steps of exhaustive search for each layer, if it is small; 0 for none
   */
  LayerPlanner(
      Packing packing, Packing spare, LoadBound bound, long effort, double tolerance, long proof) {
    this.packing = packing;
    this.best = spare;
    this.bound = bound;
    this.effort = effort;
    this.tolerance = tolerance;
    this.rest = new Rest(packing.slots());
    this.swaps = new Swaps(packing, budget, rest);
    this.retypes = new Retypes(packing, budget, rest);
    this.heaviestFirst = new HeaviestFirst(packing.experts);
    this.replication = new Replication(packing);
    this.deal = new Deal(packing);
    this.byWeight = new int[packing.experts];
    this.byShare = new int[packing.experts];
    this.climbedCount = new int[packing.experts];
    this.ascending = new double[packing.experts];
    boolean redundant = packing.slots() > packing.experts;
    this.countsMatter = redundant && packing.slots() <= (long) FEW_SLOTS * packing.ranks;
    this.fold = redundant && Fold.fits(packing) ? new Fold(packing, budget) : null;
    this.completion = proof > 0 && Completion.fits(packing) ? new Completion(packing) : null;
    this.proof = proof;
  }

  /** Plans anew; the packing then holds the plan. */
  void plan(double[] load) {
    System.arraycopy(load, 0, packing.weight, 0, load.length);
    sortByWeight();
    provenBound = bound.busiest(ascending);
    target = provenBound * (1 + tolerance);
    budget.reset(effort);
    sortByShare(replication.replicate(byWeight));
    deal.deal(byShare);
    bestWork = descend(countsMatter);
    if (isUnfinished()) {
      improve();
    }
    if (completion != null) {
      prove(completion);
    }
  }

  /** The work of the busiest rank in the plan. */
  double busiest() {
    return bestWork;
  }

  /** What no plan of the layer can beat. */
  double provenBound() {
    return provenBound;
  }

  /** How many steps the search took. */
  long steps() {
    return budget.spent();
  }

  private boolean isUnfinished() {
    return bestWork > target && !budget.isSpent();
  }

  private void sortByWeight() {
    Arrays.setAll(byWeight, expert -> expert);
    heaviestFirst.sort(byWeight, 0, byWeight.length, packing.weight);
    for (int i = 0; i < byWeight.length; i++) {
      ascending[ascending.length - 1 - i] = packing.weight[byWeight[i]];
    }
  }

  /** The replicated experts are sorted, and merged with the others, which are in order already. */
  private void sortByShare(int replicated) {
    System.arraycopy(byWeight, 0, byShare, 0, replicated);
    heaviestFirst.sort(byShare, 0, replicated, packing.share);
    int[] sorted = Arrays.copyOf(byShare, replicated);
    int other = replicated;
    int at = 0;
    for (int expert : sorted) {
      while (other < byWeight.length && packing.share[byWeight[other]] > packing.share[expert]) {
        byShare[at++] = byWeight[other++];
      }
      byShare[at++] = expert;
    }
    System.arraycopy(byWeight, other, byShare, at, byWeight.length - other);
  }

  /** Relieves the busiest rank until that is done, impossible or too much; gives its work. */
  private double descend(boolean changingCounts) {
    while (true) {
      packing.orderRanks();
      int busiest = packing.busiest();
      double work = packing.work(busiest);
      if (work <= target || budget.isSpent()) {
        return work;
      }
      double below = work * (1 - GAIN);
      if (swaps.find(busiest, below, target)) {
        swaps.apply();
      } else if (changingCounts && retypes.find(busiest, below)) {
        retypes.apply();
      } else {
        return work;
      }
    }
  }

  private void improve() {
    best.copyFrom(packing);
    if (fold != null) {
      foldFromSeveralStarts(fold);
    } else if (countsMatter) {
      climbFromSeveralStarts();
    }
    if (isUnfinished() && (fold == null || proof > 0)) {
      packing.copyFrom(best);
      walk();
    }
    packing.copyFrom(best);
  }

  /**
   * Folds from the counts there are, then from others of the heaviest expert, the nearest first.
   */
  private void foldFromSeveralStarts(Fold counts) {
    int heaviest = byWeight[0];
    int greedy = packing.count[heaviest];
    int most = Math.min(packing.ranks, packing.slots() - packing.experts + 1);
    foldCounts(counts);
    for (int off = 1; off < most && isUnfinished(); off++) {
      foldFrom(counts, greedy - off, most);
      foldFrom(counts, greedy + off, most);
    }
  }

  private void foldFrom(Fold counts, int count, int most) {
    if (count >= 1 && count <= most && isUnfinished()) {
      sortByShare(replication.replicate(byWeight, count));
      foldCounts(counts);
    }
  }

  private void foldCounts(Fold counts) {
    if (counts.improve(byShare, target) < bestWork * (1 - GAIN)) {
      dealAndDescend();
    }
  }

  /** Looks for plans that are better by more than the tolerance, until there is none. */
  private void prove(Completion search) {
    long steps = proof;
    while (bestWork > target) {
      double below = bestWork / (1 + Math.max(tolerance, GAIN));
      Completion.Answer answer = search.find(byWeight, below, steps);
      steps -= search.steps();
      if (answer != Completion.Answer.FOUND) {
        provenBound = answer == Completion.Answer.IMPOSSIBLE ? below : provenBound;
        return;
      }
      search.apply(byWeight);
      bestWork = packing.work(packing.busiest());
    }
  }

  private void keepIfBetter(double work) {
    if (work < bestWork * (1 - GAIN)) {
      bestWork = work;
      best.copyFrom(packing);
    }
  }

  /** Climbs from the plan there is, then from starts with other counts of the heaviest expert. */
  private void climbFromSeveralStarts() {
    int heaviest = byWeight[0];
    int greedy = packing.count[heaviest];
    int most = Math.min(packing.ranks, packing.slots() - packing.experts + 1);
    climb(bestWork);
    for (int count = 1; count <= most && isUnfinished(); count++) {
      if (count != greedy && packing.weight[heaviest] / count < bestWork) {
        sortByShare(replication.replicate(byWeight, count));
        climb(dealAndDescend());
      }
    }
  }

  private double dealAndDescend() {
    deal.deal(byShare);
    budget.spend(packing.slots());
    double work = descend(countsMatter);
    keepIfBetter(work);
    return work;
  }

  /** Hill climbing over replica counts: the heaviest experts first get one more. */
  private void climb(double from) {
    climbed = from;
    System.arraycopy(packing.count, 0, climbedCount, 0, climbedCount.length);
    boolean better = true;
    while (better) {
      better = false;
      for (int taker : byWeight) {
        for (int giver : byWeight) {
          if (isUnfinished() && mayGive(giver, taker)) {
            better |= tryCounts(giver, taker);
          }
        }
      }
    }
  }

  private boolean mayGive(int giver, int taker) {
    return giver != taker
        && climbedCount[giver] > 1
        && climbedCount[taker] < packing.ranks
        && packing.weight[giver] / (climbedCount[giver] - 1) < climbed;
  }

  private boolean tryCounts(int giver, int taker) {
    System.arraycopy(climbedCount, 0, packing.count, 0, climbedCount.length);
    packing.count[giver]--;
    packing.count[taker]++;
    for (int expert = 0; expert < packing.experts; expert++) {
      packing.share[expert] = packing.weight[expert] / packing.count[expert];
    }
    heaviestFirst.sort(byShare, 0, byShare.length, packing.share);
    double work = dealAndDescend();
    if (work >= climbed * (1 - GAIN)) {
      return false;
    }
    climbed = work;
    System.arraycopy(packing.count, 0, climbedCount, 0, climbedCount.length);
    return true;
  }

  private void walk() {
    while (isUnfinished()) {
      rest.tick();
      budget.spend(1);
      int busiest = packing.busiest();
      boolean swap = swaps.find(busiest, Double.POSITIVE_INFINITY, target);
      double work = swap ? swaps.work() : Double.POSITIVE_INFINITY;
      if (countsMatter && retypes.find(busiest, work)) {
        retypes.rest();
        retypes.apply();
      } else if (swap) {
        swaps.rest();
        swaps.apply();
      }
      packing.orderRanks();
      keepIfBetter(packing.work(packing.busiest()));
    }
    rest.end();
  }
}

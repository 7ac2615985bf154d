package io.stagger.strategies.balanced;

import java.util.Arrays;

/**
 * Changes a layer's plan so that imbalance and spread together cost as little as can be: {@code
 * imbalance + weight * (spread - 1)}, the spread being {@link io.stagger.api.NodeSpread}.
 *
 * <ol>
 *   <li>start from the wall, see {@link Wall}, and again from the plan that looks at load alone;
 *   <li>sweep: allow the ranks some imbalance, at first as much as the best plan costs, then less
 *       and less, at last no more than the lower bound; each time make exchanges, and change
 *       replicas to those of other experts, as long as overload above what is allowed and weighted
 *       spread fall together;
 *   <li>refine: from the best plan that was met allow a little less, and a little more;
 *   <li>kick: change a few things of the best plan at random, then go on from there.
 * </ol>
 *
 * <p>To make the busiest of equally busy ranks less busy gains nothing by itself, so a search for
 * the imbalance itself would end at the wall, where all ranks of the fullest node are. Hence the
 * allowance, see {@link Overload}.
 *
 * <p>The course does not depend on the budget, so more budget never makes a plan worse. Keeps its
 * scratch between layers: not thread-safe.
 */
final class TrafficPlanner {

  /** How often a sweep lowers what is allowed, and how often a refinement halves the distance. */
  private static final int SWEEP = 4;

  private static final int REFINEMENTS = 3;

  /** How often a layer is kicked: the fewer slots it has, the oftener. */
  private static final int MOST_KICKS = 64;

  private static final int KICKED_SLOTS = 1024;

  /** What a change must gain, in imbalance; less is not worth the search. */
  private static final double GAIN = 1e-6;

  private final Packing packing;
  private final Packing best;
  private final Packing start;
  private final GroupLoads groups;
  private final SpreadChanges changes;
  private final Overload overload;
  private final Wall wall;
  private final Budget budget = new Budget();
  private final TrafficSwaps swaps;
  private final TrafficRetypes retypes;
  private final Kick kick;
  private final double weight;
  private final long effort;
  private final int[] rankOfSlot;

  private double floor;
  private double bestImbalance;
  private double bestCost;

  /**
   * A planner for the layers of a model on a cluster of several nodes.
   *
   * @param groups of the packing that has each layer's plan
   * @param best empty, of the same ranks, as scratch
   * @param start another such
   * @param weight how much imbalance a spread of one more is worth
   * @param effort steps of search for each layer
   */
  TrafficPlanner(GroupLoads groups, Packing best, Packing start, double weight, long effort) {
    this.groups = groups;
    this.packing = groups.packing;
    this.best = best;
    this.start = start;
    this.weight = weight;
    this.effort = effort;
    this.changes = new SpreadChanges(groups, budget);
    this.overload = new Overload(packing);
    this.wall = new Wall(groups);
    this.swaps = new TrafficSwaps(groups, changes, overload, budget, weight);
    this.retypes = new TrafficRetypes(groups, changes, overload, budget, weight);
    this.kick = new Kick(packing);
    this.rankOfSlot = new int[packing.slots()];
    for (int rank = 0; rank < packing.ranks; rank++) {
      Arrays.fill(rankOfSlot, packing.first[rank], packing.first[rank + 1], rank);
    }
  }

  /**
   * Improves the plan in the packing.
   *
   * @param provenBound the work of the busiest rank that no plan can beat
   */
  void improve(double provenBound) {
    budget.reset(effort);
    if (Arrays.stream(packing.weight).allMatch(load -> load == 0)) {
      return;
    }
    groups.weigh();
    overload.weigh();
    floor = Math.max(0, overload.imbalance(provenBound));
    changes.count();
    start.copyFrom(packing);
    keep(imbalance(), cost());
    wall.build();
    sweep();
    packing.copyFrom(start);
    sweep();
    kickAndDescend();
    packing.copyFrom(best);
  }

  /** The work of the busiest rank in the plan. */
  double busiest() {
    return packing.work(packing.busiest());
  }

  /** How many steps the search took. */
  long steps() {
    return budget.spent();
  }

  private void sweep() {
    changes.count();
    keepIfBetter();
    double from = bestCost;
    double step = Math.max(0, from - floor) / SWEEP;
    for (int i = 0; i <= SWEEP && !budget.isSpent(); i++) {
      descend(from - i * step);
    }
    for (int i = 0; i < REFINEMENTS && !budget.isSpent(); i++) {
      step /= 2;
      double allowed = bestImbalance;
      descendFromBest(allowed - step);
      descendFromBest(allowed + step);
    }
  }

  private void kickAndDescend() {
    kick.start();
    int kicks = Math.min(MOST_KICKS, KICKED_SLOTS / rankOfSlot.length);
    for (int i = 0; i < kicks && !budget.isSpent(); i++) {
      packing.copyFrom(best);
      kick.kick();
      changes.count();
      descend(bestImbalance);
    }
  }

  private void descendFromBest(double allowed) {
    packing.copyFrom(best);
    changes.count();
    descend(allowed);
  }

  /** Makes changes that gain, slot by slot, until no slot has one. */
  private void descend(double allowed) {
    overload.allow(Math.max(floor, allowed));
    int idle = 0;
    int slot = 0;
    while (idle < rankOfSlot.length && !budget.isSpent()) {
      if (change(slot)) {
        keepIfBetter();
        idle = 0;
      } else {
        idle++;
      }
      slot = slot + 1 == rankOfSlot.length ? 0 : slot + 1;
    }
  }

  private boolean change(int slot) {
    if (swaps.find(slot, rankOfSlot[slot], GAIN)) {
      swaps.apply();
      return true;
    }
    boolean redundant = packing.count[packing.expertAt(slot)] > 1;
    if (redundant && retypes.find(packing.replicaAt[slot], GAIN)) {
      retypes.apply();
      return true;
    }
    return false;
  }

  private double imbalance() {
    return overload.imbalance(busiest());
  }

  private double cost() {
    return imbalance() + weight * (groups.spread() - 1);
  }

  private void keepIfBetter() {
    packing.orderRanks();
    double cost = cost();
    if (cost < bestCost - GAIN) {
      keep(imbalance(), cost);
    }
  }

  private void keep(double imbalance, double cost) {
    bestImbalance = imbalance;
    bestCost = cost;
    best.copyFrom(packing);
  }
}

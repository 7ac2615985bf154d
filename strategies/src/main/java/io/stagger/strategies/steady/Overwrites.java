package io.stagger.strategies.steady;

import io.stagger.api.Placement;
import java.util.Arrays;

/**
 * Finds the overwriting that serves a goal best: a slot whose expert has other replicas, or that is
 * empty, receives a replica of another expert. It is one move, and changes the load of every rank
 * that holds either expert.
 *
 * <p>Keeps its scratch between calls: not thread-safe.
 */
final class Overwrites {

  private static final double LEAST_GAIN = 1e-9;

  private final Holding holding;
  private final Goal goal;

  /** What a further replica of each expert changes of the estimate, on the ranks that hold it. */
  private final double[] gain;

  /** The experts whose further replica relieves a busy rank, the one that relieves most first. */
  private final Integer[] order;

  private double best;
  private int slot;
  private int wanted;

  Overwrites(Holding holding, Goal goal) {
    this.holding = holding;
    this.goal = goal;
    this.gain = new double[holding.experts];
    this.order = new Integer[holding.experts];
  }

  /** Looks for an overwriting that lowers the estimate of the moves that are made or needed. */
  boolean find() {
    best = -LEAST_GAIN;
    slot = Holding.NONE;
    int many = orderWorthwhile();
    for (int s = 0; s < holding.slots; s++) {
      if (holding.isSpare(s)) {
        tryAll(s, many);
      }
    }
    return slot != Holding.NONE;
  }

  void apply() {
    holding.overwrite(slot, wanted);
  }

  private int orderWorthwhile() {
    int many = 0;
    for (int expert = 0; expert < holding.experts; expert++) {
      double less = holding.weight[expert] / (holding.count[expert] + 1) - holding.share[expert];
      gain[expert] = 0;
      for (int s = holding.head[expert]; s != Holding.NONE; s = holding.next[s]) {
        gain[expert] += change(holding.rankOf[s], less);
      }
      if (gain[expert] < 0) {
        order[many++] = expert;
      }
    }
    Arrays.sort(
        order,
        0,
        many,
        (one, other) -> {
          int byGain = Double.compare(gain[one], gain[other]);
          return byGain != 0 ? byGain : Integer.compare(one, other);
        });
    return many;
  }

  /** What it changes of the estimate if a rank's load grows. */
  private double change(int rank, double more) {
    double load = holding.load[rank];
    return goal.need(rank, load + more) - goal.need(rank, load);
  }

  private void tryAll(int s, int many) {
    int rank = holding.rankOf[s];
    int former = holding.expert[s];
    double released = holding.shareAt(s);
    double loss = holding.moved[s] ? -1 : 0;
    if (former != Placement.EMPTY) {
      double more = holding.weight[former] / (holding.count[former] - 1) - released;
      for (int other = holding.head[former]; other != Holding.NONE; other = holding.next[other]) {
        loss += other == s ? 0 : change(holding.rankOf[other], more);
      }
    }
    double most = goal.need(rank, holding.load[rank]);
    for (int i = 0; i < many; i++) {
      int expert = order[i];
      if (loss + gain[expert] - most >= best) {
        return;
      }
      double received = holding.weight[expert] / (holding.count[expert] + 1);
      double estimate =
          loss + gain[expert] + change(rank, received - released) + price(rank, expert);
      if (estimate < best && expert != former && !holding.holds(rank, expert)) {
        keepIfBetter(s, expert);
      }
    }
  }

  private int price(int rank, int expert) {
    return holding.wasHome(rank, expert) ? 0 : 1;
  }

  private void keepIfBetter(int s, int expert) {
    double exact = exact(s, expert);
    if (exact < best) {
      best = exact;
      slot = s;
      wanted = expert;
    }
  }

  /** The change of the estimate, also where a rank holds both experts. */
  private double exact(int s, int expert) {
    int rank = holding.rankOf[s];
    int former = holding.expert[s];
    double received = holding.weight[expert] / (holding.count[expert] + 1);
    double less = received - holding.share[expert];
    double own = received - holding.shareAt(s);
    double sum = price(rank, expert) - (holding.moved[s] ? 1 : 0);
    if (former != Placement.EMPTY) {
      double more = holding.weight[former] / (holding.count[former] - 1) - holding.share[former];
      for (int o = holding.head[former]; o != Holding.NONE; o = holding.next[o]) {
        int other = holding.rankOf[o];
        if (other == rank) {
          own += o == s ? 0 : more;
        } else {
          sum += change(other, holding.holds(other, expert) ? more + less : more);
        }
      }
    }
    for (int o = holding.head[expert]; o != Holding.NONE; o = holding.next[o]) {
      int other = holding.rankOf[o];
      if (former == Placement.EMPTY || !holding.holds(other, former)) {
        sum += change(other, less);
      }
    }
    return sum + change(rank, own);
  }
}

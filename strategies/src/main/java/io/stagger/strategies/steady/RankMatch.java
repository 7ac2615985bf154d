package io.stagger.strategies.steady;

import io.stagger.api.Placement;
import java.util.Arrays;

/**
 * Turns a holding into a given plan with few moves: ranks of the same size and speed are as good as
 * each other, so each of the plan's is matched to the one that holds most of its experts; those
 * with most in common first, equals: the lowest ranks.
 *
 * <p>Keeps its scratch between calls: not thread-safe.
 */
final class RankMatch {

  private final int ranks;
  private final int[] common;
  private final int[] matched;
  private final boolean[] taken;

  RankMatch(Holding shape) {
    this.ranks = shape.ranks;
    this.common = new int[ranks];
    this.matched = new int[ranks];
    this.taken = new boolean[ranks];
  }

  /**
   * Makes a holding hold what a plan does.
   *
   * @param plan the expert of each slot; no rank has one twice but where it must
   */
  void become(Holding holding, int[] plan) {
    Arrays.fill(taken, false);
    int[] wanted = holding.expert.clone();
    for (int rank = 0; rank < ranks; rank++) {
      matched[rank] = bestFor(holding, plan, rank);
      taken[matched[rank]] = true;
      System.arraycopy(
          plan,
          holding.first[rank],
          wanted,
          holding.first[matched[rank]],
          holding.first[rank + 1] - holding.first[rank]);
    }
    holding.reset(wanted);
  }

  private int bestFor(Holding holding, int[] plan, int rank) {
    Arrays.fill(common, 0);
    for (int slot = holding.first[rank]; slot < holding.first[rank + 1]; slot++) {
      int previous = slot == holding.first[rank] ? Placement.EMPTY : plan[slot - 1];
      if (plan[slot] != Placement.EMPTY && plan[slot] != previous) {
        addHomes(holding, plan[slot]);
      }
    }
    int best = Holding.NONE;
    for (int other = 0; other < ranks; other++) {
      boolean alike =
          holding.speed[other] == holding.speed[rank]
              && holding.first[other + 1] - holding.first[other]
                  == holding.first[rank + 1] - holding.first[rank];
      if (alike && !taken[other] && (best == Holding.NONE || common[other] > common[best])) {
        best = other;
      }
    }
    return best;
  }

  private void addHomes(Holding holding, int expert) {
    for (int rank = 0; rank < ranks; rank++) {
      common[rank] += holding.wasHome(rank, expert) ? 1 : 0;
    }
  }
}

package io.stagger.engine.simulator;

import io.stagger.api.Migration;
import io.stagger.engine.Plan;
import java.util.Optional;

/**
 * A plan, and how even it turned out to be in the window after the one that it was made with.
 *
 * @param plan made with the window before; its request's routing profile is not kept
 * @param imbalance of what the ranks served in the whole window, the mean over layers
 * @param bound the imbalance that no placement could have beaten there, likewise; see {@link
 *     io.stagger.api.LoadBound}
 * @param migration from the plan before; absent for the first
 */
public record WindowScore(
    Plan plan, double imbalance, double bound, Optional<Migration> migration) {

  /** How far the imbalance is above the bound. */
  public double gap() {
    return imbalance - bound;
  }
}

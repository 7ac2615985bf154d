package io.stagger.strategies.balanced;

import io.stagger.api.strategy.Decision;
import java.util.Locale;

/** How far the plans of the layers are above their lower bounds, for the decision record. */
final class Gaps {

  private int layers;
  private double sum;
  private double worst;
  private long steps;

  /**
   * Adds a layer.
   *
   * @param busiest the work of its busiest rank
   * @param bound what that cannot be below
   * @param stepsTaken how many steps the search took
   */
  void add(double busiest, double bound, long stepsTaken) {
    double gap = bound > 0 ? Math.max(0, busiest / bound - 1) : 0;
    layers++;
    sum += gap;
    worst = Math.max(worst, gap);
    steps += stepsTaken;
  }

  /** A decision with these facts. */
  Decision tell(Decision decision) {
    return decision
        .with("gap.mean", decimal(layers == 0 ? 0 : sum / layers))
        .with("gap.worst", decimal(worst))
        .with("steps", Long.toString(steps));
  }

  /** A figure as facts tell it. */
  static String decimal(double figure) {
    return String.format(Locale.ROOT, "%.6f", figure);
  }
}

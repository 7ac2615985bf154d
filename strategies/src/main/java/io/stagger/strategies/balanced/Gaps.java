package io.stagger.strategies.balanced;

import io.stagger.api.strategy.Decision;
import java.util.Locale;

/** How far the plans of the layers are above their lower bounds, for the decision record. */
final class Gaps {

  private int layers;
  private double sum;
  private double worst;
  private long steps;

  void add(LayerPlanner planned) {
    double bound = planned.provenBound();
    double gap = bound > 0 ? Math.max(0, planned.busiest() / bound - 1) : 0;
    layers++;
    sum += gap;
    worst = Math.max(worst, gap);
    steps += planned.steps();
  }

  /** A decision with these facts. */
  Decision tell(Decision decision) {
    return decision
        .with("gap.mean", decimal(layers == 0 ? 0 : sum / layers))
        .with("gap.worst", decimal(worst))
        .with("steps", Long.toString(steps));
  }

  private static String decimal(double gap) {
    return String.format(Locale.ROOT, "%.6f", gap);
  }
}

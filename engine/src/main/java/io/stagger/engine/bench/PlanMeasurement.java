package io.stagger.engine.bench;

import io.stagger.engine.Plan;
import io.stagger.engine.PlanCost;

/**
 * What a strategy made of a case, and what that cost.
 *
 * @param strategy the strategy's name
 * @param planCase what was planned for
 * @param plan the plan of the first, cold call
 * @param cost the cost of further calls
 */
public record PlanMeasurement(String strategy, PlanCase planCase, Plan plan, PlanCost cost) {

  /** The imbalance, on average over the layers. */
  public double imbalance() {
    return plan.balance().orElseThrow().imbalance();
  }

  /** The imbalance of the worst layer. */
  public double worstImbalance() {
    return plan.balance().orElseThrow().worstImbalance();
  }

  /** The imbalance that no placement can beat, on average over the layers. */
  public double bound() {
    return plan.bound().orElseThrow();
  }

  /** How far the imbalance is above the bound. */
  public double gap() {
    return imbalance() - bound();
  }
}

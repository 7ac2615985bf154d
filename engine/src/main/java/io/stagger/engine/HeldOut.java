package io.stagger.engine;

import io.stagger.api.Balance;
import io.stagger.api.Load;

/**
 * A plan under a load that it was not made for: how well it generalises.
 *
 * @param name which load, for people
 * @param balance how evenly that load falls on the ranks
 * @param bound the imbalance that no placement can beat under that load, the mean over its layers
 */
public record HeldOut(String name, Balance balance, double bound) {

  /**
   * Scores a plan.
   *
   * @throws io.stagger.api.error.InvalidLoadException if the load is not of the model's size
   */
  public static HeldOut of(Plan plan, String name, Load load) {
    Balance balance = Balance.of(plan.placement(), load, plan.request().cluster());
    double bound =
        Plan.bounds(load, plan.request().cluster(), balance).stream()
            .mapToDouble(Double::doubleValue)
            .average()
            .orElse(0);
    return new HeldOut(name, balance, bound);
  }
}

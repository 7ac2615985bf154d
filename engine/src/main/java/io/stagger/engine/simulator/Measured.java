package io.stagger.engine.simulator;

import java.util.Optional;

/**
 * A figure's value.
 *
 * @param value in the figure's unit
 * @param change against {@code linear}; absent for linear itself, and where linear's value is 0
 */
public record Measured(double value, Optional<Change> change) {

  /**
   * How much a figure differs from that of {@code linear} on the same steps, relative to it: -0.1
   * is a tenth less.
   *
   * @param estimate over all steps
   * @param low where the 95 % interval of the paired bootstrap begins
   * @param high where it ends
   */
  public record Change(double estimate, double low, double high) {}
}

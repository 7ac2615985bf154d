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
   * @param interval where it lies with 95 % confidence; absent if there are too few steps to tell
   */
  public record Change(double estimate, Optional<Interval> interval) {}

  /**
   * The 95 % interval of a paired bootstrap.
   *
   * @param low where it begins
   * @param high where it ends
   */
  public record Interval(double low, double high) {}
}

package io.stagger.engine.simulator.cost;

/**
 * What a layer takes in a step, in seconds.
 *
 * @param weights the longest that a rank reads weights
 * @param flops the longest that a rank computes
 * @param experts the longest that a rank takes for the slower of both; at least either
 * @param dispatch sending tokens to their experts
 * @param combine sending them back
 */
public record LayerTime(
    double weights, double flops, double experts, double dispatch, double combine) {

  /** Seconds in all. */
  public double total() {
    return experts + dispatch + combine;
  }
}

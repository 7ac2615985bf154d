package io.stagger.api;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidModelException;

/**
 * What a runtime needs to know of a model's MoE layers: the shape, the router, and the sizes of the
 * experts. An expert computes {@code down(silu(gate x) * (up x))} with {@code gate} and {@code up}
 * of {@code [intermediateSize, hiddenSize]} and {@code down} of {@code [hiddenSize,
 * intermediateSize]}.
 *
 * @param shape layers, experts, groups
 * @param router scores, groups, weights
 * @param hiddenSize width of the hidden states, at least 1
 * @param intermediateSize width of a routed expert, at least 1
 * @param sharedIntermediateSize width of the shared expert that every token passes, all shared
 *     experts together; 0 if there is none
 * @param sharedGate whether the shared expert's output is multiplied with the logistic function of
 *     a learned gate (Qwen2-MoE)
 */
public record MoeSpec(
    ModelShape shape,
    RouterSpec router,
    int hiddenSize,
    int intermediateSize,
    int sharedIntermediateSize,
    boolean sharedGate) {

  /** The largest hidden or intermediate size. */
  public static final int MAX_WIDTH = 1 << 20;

  /**
   * Checks the sizes.
   *
   * @throws InvalidModelException if a size is out of its range
   */
  public MoeSpec {
    check("hidden size", hiddenSize, 1);
    check("expert intermediate size", intermediateSize, 1);
    check("shared expert intermediate size", sharedIntermediateSize, 0);
    if (sharedGate && sharedIntermediateSize == 0) {
      throw new InvalidModelException(
          Diagnosis.of("a shared expert's gate without a shared expert", "model"));
    }
  }

  /** Whether the layers have a shared expert. */
  public boolean hasSharedExpert() {
    return sharedIntermediateSize > 0;
  }

  private static void check(String what, int value, int floor) {
    if (value < floor || value > MAX_WIDTH) {
      throw new InvalidModelException(
          Diagnosis.of(what + " " + value, "model").expecting(floor + " to " + MAX_WIDTH));
    }
  }
}

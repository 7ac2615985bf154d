package io.stagger.api;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidModelException;

/**
 * How a router turns a token's scores into experts and weights. Semantics as in vLLM's {@code
 * grouped_topk_router.py} (main of 2026-08-17); every tie goes to the lowest expert or group.
 *
 * @param scoring from logits to scores, over all experts of the layer
 * @param groupScore how a group is scored where the model has groups
 * @param correctionBias whether a per-expert bias is added to the scores for the selection alone;
 *     weights are the scores without it
 * @param normalize whether the chosen weights are divided by their sum plus 1e-20
 * @param scalingFactor what the weights are multiplied with, after normalisation; finite
 */
public record RouterSpec(
    Scoring scoring,
    GroupScore groupScore,
    boolean correctionBias,
    boolean normalize,
    double scalingFactor) {

  /** From logits to scores. */
  public enum Scoring {
    /** Softmax over all experts. */
    SOFTMAX,
    /** The logistic function of each logit. */
    SIGMOID
  }

  /** How a group of experts is scored. */
  public enum GroupScore {
    /** The largest selection score of its experts (DeepSeek-V2, {@code group_limited_greedy}). */
    MAX,
    /** The sum of its two largest selection scores (DeepSeek-V3, {@code noaux_tc}). */
    TOP2_SUM
  }

  /**
   * Checks the scaling factor.
   *
   * @throws InvalidModelException if it is not finite
   */
  public RouterSpec {
    if (!Double.isFinite(scalingFactor)) {
      throw new InvalidModelException(
          Diagnosis.of("routed scaling factor " + scalingFactor, "model")
              .expecting("a finite number"));
    }
  }

  /** Softmax, weights normalised, no bias, no scaling: Mixtral's and Qwen3-MoE's router. */
  public static RouterSpec softmaxNormalized() {
    return new RouterSpec(Scoring.SOFTMAX, GroupScore.MAX, false, true, 1.0);
  }
}

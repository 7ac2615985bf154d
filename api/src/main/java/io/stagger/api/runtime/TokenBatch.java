package io.stagger.api.runtime;

import io.stagger.api.weights.Tensor;

/**
 * The tokens that one source rank sends through a layer together.
 *
 * @param layer index of the MoE layer
 * @param hidden hidden states, {@code [tokens, hiddenSize]}
 * @param sourceRank the rank that the tokens come from, for replica choice
 */
public record TokenBatch(int layer, Tensor hidden, int sourceRank) {

  /** Tokens of rank 0, as float32. */
  public static TokenBatch of(int layer, float[] hidden, int hiddenSize) {
    return new TokenBatch(
        layer, Tensor.ofFloats(hidden, hidden.length / hiddenSize, hiddenSize), 0);
  }

  /** How many tokens there are. */
  public int tokens() {
    return hidden.size(0);
  }
}

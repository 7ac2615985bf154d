package io.stagger.api.runtime;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.weights.Tensor;

/**
 * The tokens that one source rank sends through a layer together.
 *
 * @param layer index of the MoE layer
 * @param hidden hidden states, {@code [tokens, hiddenSize]}
 * @param sourceRank the rank that the tokens come from, for replica choice
 */
public record TokenBatch(int layer, Tensor hidden, int sourceRank) {

  /**
   * Checks that the hidden states are a matrix.
   *
   * @throws InvalidInputException if they have another number of dimensions than 2
   */
  public TokenBatch {
    if (hidden.shape().size() != 2) {
      throw new InvalidInputException(
          Diagnosis.of("hidden states of shape " + hidden.shape(), "batch of layer " + layer)
              .expecting("[tokens, hiddenSize]"));
    }
  }

  /**
   * Tokens of rank 0, as float32; changes to the array show through.
   *
   * @throws InvalidInputException if the array is not a whole number of tokens, at least one
   */
  public static TokenBatch of(int layer, float[] hidden, int hiddenSize) {
    if (hiddenSize < 1 || hidden.length == 0 || hidden.length % hiddenSize != 0) {
      throw new InvalidInputException(
          Diagnosis.of(hidden.length + " hidden values", "batch of layer " + layer)
              .expecting("at least one token of " + hiddenSize + " values, and whole tokens"));
    }
    return new TokenBatch(
        layer, Tensor.ofFloats(hidden, hidden.length / hiddenSize, hiddenSize), 0);
  }

  /** How many tokens there are. */
  public int tokens() {
    return hidden.size(0);
  }
}

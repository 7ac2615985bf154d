package io.stagger.api.weights;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import java.util.List;

/**
 * The weights of one expert: it computes {@code down(silu(gate x) * (up x))}.
 *
 * @param gate {@code [intermediate, hidden]}
 * @param up {@code [intermediate, hidden]}
 * @param down {@code [hidden, intermediate]}
 */
public record ExpertWeights(Tensor gate, Tensor up, Tensor down) {

  /**
   * Checks that the shapes agree.
   *
   * @throws InvalidInputException if they do not
   */
  public ExpertWeights {
    List<Long> inner = gate.shape();
    if (inner.size() != 2
        || !up.shape().equals(inner)
        || !down.shape().equals(List.of(inner.get(1), inner.get(0)))) {
      throw new InvalidInputException(
          Diagnosis.of(
                  "gate " + gate.shape() + ", up " + up.shape() + ", down " + down.shape(),
                  "expert")
              .expecting("[intermediate, hidden] twice and [hidden, intermediate]"));
    }
  }

  /** Width of the hidden states. */
  public int hiddenSize() {
    return gate.size(1);
  }

  /** Width of the expert. */
  public int intermediateSize() {
    return gate.size(0);
  }

  /** Bytes of the three tensors. */
  public long bytes() {
    return gate.data().byteSize() + up.data().byteSize() + down.data().byteSize();
  }
}

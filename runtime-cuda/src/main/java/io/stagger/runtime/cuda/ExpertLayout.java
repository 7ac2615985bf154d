package io.stagger.runtime.cuda;

import io.stagger.api.MoeSpec;
import io.stagger.api.weights.ExpertWeights;
import io.stagger.api.weights.TensorType;

/**
 * How an expert's three matrices lie in one piece of device memory: gate, up, down, each at a
 * multiple of 256 bytes.
 *
 * @param type the elements' type
 * @param hiddenSize width of the hidden states
 * @param intermediateSize width of the expert
 */
record ExpertLayout(TensorType type, int hiddenSize, int intermediateSize) {

  private static final long ALIGNMENT = 256;

  /** The layout of a model's routed experts. */
  static ExpertLayout routed(MoeSpec spec, TensorType type) {
    return new ExpertLayout(type, spec.hiddenSize(), spec.intermediateSize());
  }

  /** The layout of an expert. */
  static ExpertLayout of(ExpertWeights expert) {
    return new ExpertLayout(expert.gate().type(), expert.hiddenSize(), expert.intermediateSize());
  }

  private long matrixBytes() {
    return (long) hiddenSize * intermediateSize * type.bytes();
  }

  /** Where the up matrix begins. */
  long up() {
    return Math.ceilDiv(matrixBytes(), ALIGNMENT) * ALIGNMENT;
  }

  /** Where the down matrix begins. */
  long down() {
    return 2 * up();
  }

  /** Bytes of the whole. */
  long bytes() {
    return down() + matrixBytes();
  }
}

package io.stagger.runtime.cpu;

import io.stagger.api.weights.Tensor;
import io.stagger.api.weights.TensorType;
import java.lang.foreign.MemorySegment;

/**
 * A weight matrix where it lies in memory, with its sizes at hand.
 *
 * @param data the elements, row-major, little-endian
 * @param firstRow the number of the row that comes first
 * @param columns how many elements a row has
 * @param tensor the same as a tensor
 */
record Matrix(MemorySegment data, int firstRow, int columns, Tensor tensor) {

  /** A tensor of two dimensions. */
  static Matrix of(Tensor tensor) {
    return window(tensor, 0);
  }

  /** Some rows of a larger matrix, which keep their numbers there. */
  static Matrix window(Tensor tensor, int firstRow) {
    return new Matrix(tensor.data(), firstRow, tensor.size(1), tensor);
  }

  /** The elements' type. */
  TensorType type() {
    return tensor.type();
  }

  /** Where a row begins, in bytes. */
  long at(int row) {
    return (row - firstRow) * rowBytes();
  }

  /** Bytes of a row. */
  long rowBytes() {
    return (long) columns * tensor.type().bytes();
  }

  /** An element, exactly. */
  float get(int row, int column) {
    return tensor.get((long) (row - firstRow) * columns + column);
  }
}

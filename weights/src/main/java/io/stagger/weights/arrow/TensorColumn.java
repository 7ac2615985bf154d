package io.stagger.weights.arrow;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.WeightStoreException;
import io.stagger.api.weights.TensorType;
import java.util.List;

/**
 * A column of tensors of one type and shape: Arrow's canonical extension {@code
 * arrow.fixed_shape_tensor} over a fixed-size list of the elements, row-major.
 *
 * @param name the column's name
 * @param type the elements; bfloat16, which Arrow lacks, is stored as {@code uint16} with its name
 *     in the field's metadata
 * @param shape sizes of the dimensions, each at least 1
 */
public record TensorColumn(String name, TensorType type, List<Long> shape) {

  /**
   * Checks the shape.
   *
   * @throws WeightStoreException if a list of that many elements does not exist in Arrow
   */
  public TensorColumn {
    shape = List.copyOf(shape);
    long elements = 1;
    for (long size : shape) {
      elements = size < 1 || size > Integer.MAX_VALUE ? Long.MAX_VALUE : elements * size;
      if (elements > Integer.MAX_VALUE) {
        throw new WeightStoreException(
            Diagnosis.of("shape " + shape, "tensor " + name)
                .expecting("sizes from 1, and at most 2147483647 elements, Arrow's limit"));
      }
    }
  }

  /** How many elements a tensor has. */
  public int elements() {
    long elements = 1;
    for (long size : shape) {
      elements *= size;
    }
    return (int) elements;
  }

  /** How many bytes a tensor has. */
  public long bytes() {
    return (long) elements() * type.bytes();
  }
}

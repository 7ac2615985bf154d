package io.stagger.api.weights;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * A view of a dense tensor in memory, row-major (the last dimension is contiguous), little-endian.
 * The memory belongs to whoever made the view, and lives as long as its arena does.
 *
 * @param data the elements and nothing else; on or off the heap
 * @param type the elements' type
 * @param shape sizes of the dimensions, outermost first; each at least 1; at least one dimension
 */
public record Tensor(MemorySegment data, TensorType type, List<Long> shape) {

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /**
   * Checks that shape, type and memory agree.
   *
   * @throws InvalidInputException if they do not
   */
  public Tensor {
    shape = List.copyOf(shape);
    long bytes = bytesOf(type, shape);
    if (bytes != data.byteSize()) {
      throw new InvalidInputException(
          Diagnosis.of(data.byteSize() + " bytes", "tensor " + type + shape)
              .expecting(bytes + " bytes"));
    }
  }

  private static long bytesOf(TensorType type, List<Long> shape) {
    long bytes = type.bytes();
    boolean sane = !shape.isEmpty();
    for (long size : shape) {
      sane = sane && size >= 1 && size <= Long.MAX_VALUE / bytes;
      bytes *= sane ? size : 1;
    }
    if (!sane) {
      throw new InvalidInputException(
          Diagnosis.of("shape " + shape, "tensor of " + type)
              .expecting("at least one dimension, each from 1, and less than 2^63 bytes"));
    }
    return bytes;
  }

  /** A view of {@code type} with the given dimensions. */
  public static Tensor of(MemorySegment data, TensorType type, long... shape) {
    return new Tensor(data, type, Arrays.stream(shape).boxed().toList());
  }

  /** A view of a float array; changes to the array show through. */
  public static Tensor ofFloats(float[] values, long... shape) {
    return of(MemorySegment.ofArray(values), TensorType.F32, shape);
  }

  /**
   * The size of a dimension.
   *
   * @throws ArithmeticException if it is 2^31 or more
   * @throws IndexOutOfBoundsException if there is no such dimension
   */
  public int size(int dimension) {
    return Math.toIntExact(shape.get(dimension));
  }

  /** The number of elements. */
  public long elements() {
    return data.byteSize() / type.bytes();
  }

  /**
   * An element as a float, exactly. For small tensors and checks; kernels read {@link #data}.
   *
   * @param index position in row-major order
   * @throws IndexOutOfBoundsException if there is no such element
   */
  public float get(long index) {
    Objects.checkIndex(index, elements());
    return switch (type) {
      case F32 -> data.get(FLOAT, index * Float.BYTES);
      case F16 -> Float.float16ToFloat(data.get(SHORT, index * Short.BYTES));
      case BF16 -> Float.intBitsToFloat(data.get(SHORT, index * Short.BYTES) << Short.SIZE);
    };
  }

  /**
   * All elements as floats, exactly; the caller's own copy.
   *
   * @throws InvalidInputException if there are more than an array holds
   */
  public float[] toFloats() {
    if (elements() > Integer.MAX_VALUE - 8) {
      throw new InvalidInputException(
          Diagnosis.of(elements() + " elements do not fit an array", "tensor " + type + shape));
    }
    float[] values = new float[(int) elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = get(i);
    }
    return values;
  }
}

package io.stagger.runtime.cpu;

import io.stagger.api.weights.Tensor;
import io.stagger.api.weights.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Between tensors of any type and plain floats. */
final class HiddenStates {

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private HiddenStates() {}

  /** Copies consecutive rows of a matrix into an array, as floats, exactly. */
  static void read(Matrix matrix, int row, int rows, float[] target) {
    int count = rows * matrix.columns();
    MemorySegment data = matrix.data().asSlice(matrix.at(row), rows * matrix.rowBytes());
    switch (matrix.type()) {
      case F32 -> MemorySegment.copy(data, FLOAT, 0, target, 0, count);
      case F16 -> {
        for (int i = 0; i < count; i++) {
          target[i] = Float.float16ToFloat(data.get(SHORT, i * 2L));
        }
      }
      case BF16 -> {
        for (int i = 0; i < count; i++) {
          target[i] = Float.intBitsToFloat(data.get(SHORT, i * 2L) << Short.SIZE);
        }
      }
    }
  }

  /** A tensor of its own with these values, rounded to nearest, ties to even. */
  static Tensor write(float[] values, TensorType type, int rows, int columns) {
    if (type == TensorType.F32) {
      return Tensor.ofFloats(values, rows, columns);
    }
    short[] bits = new short[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = type == TensorType.F16 ? Float.floatToFloat16(values[i]) : bfloat16(values[i]);
    }
    MemorySegment data = MemorySegment.ofArray(new byte[bits.length * Short.BYTES]);
    MemorySegment.copy(bits, 0, data, SHORT, 0, bits.length);
    return Tensor.of(data, type, rows, columns);
  }

  private static short bfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      // Rounding could carry a NaN's fraction away; a quiet NaN stays one.
      return (short) ((bits >>> Short.SIZE) | 0x40);
    }
    return (short) ((bits + 0x7fff + ((bits >>> Short.SIZE) & 1)) >>> Short.SIZE);
  }
}

package io.stagger.runtime.cpu;

import io.stagger.api.weights.Tensor;
import io.stagger.api.weights.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.random.RandomGenerator;

/** Tensors for tests. */
final class Floats {

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Floats() {}

  static float[] gaussian(RandomGenerator random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  static Tensor tensor(float[] values, TensorType type, int rows, int columns) {
    return HiddenStates.write(values.clone(), type, rows, columns);
  }

  static Tensor tensor(short[] bits, TensorType type, int rows, int columns) {
    MemorySegment data = MemorySegment.ofArray(new byte[bits.length * 2]);
    MemorySegment.copy(bits, 0, data, SHORT, 0, bits.length);
    return Tensor.of(data, type, rows, columns);
  }

  static float[] widen(short[] bits, TensorType type) {
    return tensor(bits, type, 1, bits.length).toFloats();
  }
}

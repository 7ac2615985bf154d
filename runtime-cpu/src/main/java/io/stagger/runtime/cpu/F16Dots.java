package io.stagger.runtime.cpu;

import static io.stagger.runtime.cpu.VectorLanes.INTS;
import static io.stagger.runtime.cpu.VectorLanes.WIDTH;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.stagger.api.weights.Tensor;
import io.stagger.api.weights.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Dot products with weights of IEEE 754 binary16. Widening one takes many operations, so a few rows
 * at a time are widened into a core's cache, in the order of the token vectors, and multiplied
 * there as rows of floats.
 */
final class F16Dots implements DotKernel {

  private static final int ROWS_AT_ONCE = 8;

  /** Sign, exponent and fraction of a binary16 that began in a word's upper half, 3 bits down. */
  private static final int FIELDS = 0x8fffe000;

  /** From a binary16's exponent bias to a float's; exact, also for what is subnormal. */
  private static final float REBIAS = 0x1p112f;

  /** Where infinity and NaN come out, above every finite binary16. */
  private static final float LIMIT = 0x1p16f;

  /** A float's exponent of infinity and NaN. */
  private static final int SPECIAL = 0x7f800000;

  private final DotKernel floats = new F32Dots();

  @Override
  public void multiply(
      Matrix weights,
      int fromRow,
      int toRow,
      Activations x,
      Gather gather,
      float[] out,
      int outStride) {
    int stride = x.order().stride(weights.columns());
    Activations plain = x.inPlace();
    try (Arena arena = Arena.ofConfined()) {
      long bytes = (long) ROWS_AT_ONCE * stride * Float.BYTES;
      MemorySegment memory = arena.allocate(bytes, VectorDots.BLOCK_BYTES);
      Tensor wide = Tensor.of(memory, TensorType.F32, ROWS_AT_ONCE, stride);
      for (int row = fromRow; row < toRow; row += ROWS_AT_ONCE) {
        int end = Math.min(toRow, row + ROWS_AT_ONCE);
        Matrix window = Matrix.window(wide, row);
        for (int r = row; r < end; r++) {
          widen(weights, r, x.order(), memory.asSlice(window.at(r), window.rowBytes()));
        }
        floats.multiply(window, row, end, plain, gather, out, outStride);
      }
    }
  }

  private static void widen(Matrix weights, int row, LaneOrder order, MemorySegment target) {
    int whole = weights.columns() / order.block();
    for (int part = 0; part < LaneOrder.LANES; part += WIDTH) {
      widenBlocks(weights.data(), weights.at(row) + part * 4L, whole, target, part * 4L);
    }
    for (int k = whole * order.block(); k < weights.columns(); k++) {
      target.setAtIndex(ValueLayout.JAVA_FLOAT, order.position(k), weights.get(row, k));
    }
  }

  private static void widenBlocks(
      MemorySegment w, long at, int blocks, MemorySegment target, long to) {
    long p = at;
    long q = to;
    for (int block = 0; block < blocks; block++) {
      IntVector words = IntVector.fromMemorySegment(INTS, w, p, LITTLE_ENDIAN);
      widen(words.lanewise(VectorOperators.LSHL, 16)).intoMemorySegment(target, q, LITTLE_ENDIAN);
      widen(words).intoMemorySegment(target, q + VectorDots.BLOCK_BYTES, LITTLE_ENDIAN);
      p += VectorDots.BLOCK_BYTES;
      q += 2 * VectorDots.BLOCK_BYTES;
    }
  }

  /** The binary16 in the upper half of each word, as a float. */
  private static FloatVector widen(IntVector words) {
    FloatVector finite =
        words.lanewise(VectorOperators.ASHR, 3).and(FIELDS).reinterpretAsFloats().mul(REBIAS);
    VectorMask<Integer> special = finite.abs().compare(VectorOperators.GE, LIMIT).cast(INTS);
    return finite
        .reinterpretAsInts()
        .lanewise(VectorOperators.OR, SPECIAL, special)
        .reinterpretAsFloats();
  }
}

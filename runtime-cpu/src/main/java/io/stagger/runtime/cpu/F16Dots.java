package io.stagger.runtime.cpu;

import static io.stagger.runtime.cpu.VectorLanes.FLOATS;
import static io.stagger.runtime.cpu.VectorLanes.INTS;
import static io.stagger.runtime.cpu.VectorLanes.WIDTH;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Dot products with weights of IEEE 754 binary16, two of them in a word. */
final class F16Dots extends VectorDots {

  /**
   * Sign, exponent and fraction of a binary16 when its upper end is a float's, and 3 bits shifted.
   */
  private static final int FIELDS = 0x8fffe000;

  /** From a binary16's exponent bias to a float's; exact, also for what is subnormal. */
  private static final float REBIAS = 0x1p112f;

  /** Where infinity and NaN come out, above every finite binary16. */
  private static final float LIMIT = 0x1p16f;

  /** A float's exponent of infinity and NaN. */
  private static final int SPECIAL = 0x7f800000;

  @Override
  void fourByFour(
      MemorySegment w,
      long at,
      long rowBytes,
      int blocks,
      float[] x,
      int x0,
      int x1,
      int x2,
      int x3,
      float[] lanes) {
    for (int part = 0; part < LaneOrder.LANES; part += WIDTH) {
      FloatVector s00 = FloatVector.zero(FLOATS);
      FloatVector s01 = FloatVector.zero(FLOATS);
      FloatVector s02 = FloatVector.zero(FLOATS);
      FloatVector s03 = FloatVector.zero(FLOATS);
      FloatVector s10 = FloatVector.zero(FLOATS);
      FloatVector s11 = FloatVector.zero(FLOATS);
      FloatVector s12 = FloatVector.zero(FLOATS);
      FloatVector s13 = FloatVector.zero(FLOATS);
      FloatVector s20 = FloatVector.zero(FLOATS);
      FloatVector s21 = FloatVector.zero(FLOATS);
      FloatVector s22 = FloatVector.zero(FLOATS);
      FloatVector s23 = FloatVector.zero(FLOATS);
      FloatVector s30 = FloatVector.zero(FLOATS);
      FloatVector s31 = FloatVector.zero(FLOATS);
      FloatVector s32 = FloatVector.zero(FLOATS);
      FloatVector s33 = FloatVector.zero(FLOATS);
      long p = at + part * 4L;
      int q = part;
      for (int block = 0; block < blocks; block++) {
        FloatVector e0 = FloatVector.fromArray(FLOATS, x, x0 + q);
        FloatVector o0 = FloatVector.fromArray(FLOATS, x, x0 + q + 16);
        FloatVector e1 = FloatVector.fromArray(FLOATS, x, x1 + q);
        FloatVector o1 = FloatVector.fromArray(FLOATS, x, x1 + q + 16);
        FloatVector e2 = FloatVector.fromArray(FLOATS, x, x2 + q);
        FloatVector o2 = FloatVector.fromArray(FLOATS, x, x2 + q + 16);
        FloatVector e3 = FloatVector.fromArray(FLOATS, x, x3 + q);
        FloatVector o3 = FloatVector.fromArray(FLOATS, x, x3 + q + 16);
        IntVector w0 = IntVector.fromMemorySegment(INTS, w, p, LITTLE_ENDIAN);
        FloatVector a0 = widen(w0.lanewise(VectorOperators.LSHL, 16));
        FloatVector b0 = widen(w0);
        s00 = a0.fma(e0, s00);
        s00 = b0.fma(o0, s00);
        s01 = a0.fma(e1, s01);
        s01 = b0.fma(o1, s01);
        s02 = a0.fma(e2, s02);
        s02 = b0.fma(o2, s02);
        s03 = a0.fma(e3, s03);
        s03 = b0.fma(o3, s03);
        IntVector w1 = IntVector.fromMemorySegment(INTS, w, p + rowBytes, LITTLE_ENDIAN);
        FloatVector a1 = widen(w1.lanewise(VectorOperators.LSHL, 16));
        FloatVector b1 = widen(w1);
        s10 = a1.fma(e0, s10);
        s10 = b1.fma(o0, s10);
        s11 = a1.fma(e1, s11);
        s11 = b1.fma(o1, s11);
        s12 = a1.fma(e2, s12);
        s12 = b1.fma(o2, s12);
        s13 = a1.fma(e3, s13);
        s13 = b1.fma(o3, s13);
        IntVector w2 = IntVector.fromMemorySegment(INTS, w, p + 2 * rowBytes, LITTLE_ENDIAN);
        FloatVector a2 = widen(w2.lanewise(VectorOperators.LSHL, 16));
        FloatVector b2 = widen(w2);
        s20 = a2.fma(e0, s20);
        s20 = b2.fma(o0, s20);
        s21 = a2.fma(e1, s21);
        s21 = b2.fma(o1, s21);
        s22 = a2.fma(e2, s22);
        s22 = b2.fma(o2, s22);
        s23 = a2.fma(e3, s23);
        s23 = b2.fma(o3, s23);
        IntVector w3 = IntVector.fromMemorySegment(INTS, w, p + 3 * rowBytes, LITTLE_ENDIAN);
        FloatVector a3 = widen(w3.lanewise(VectorOperators.LSHL, 16));
        FloatVector b3 = widen(w3);
        s30 = a3.fma(e0, s30);
        s30 = b3.fma(o0, s30);
        s31 = a3.fma(e1, s31);
        s31 = b3.fma(o1, s31);
        s32 = a3.fma(e2, s32);
        s32 = b3.fma(o2, s32);
        s33 = a3.fma(e3, s33);
        s33 = b3.fma(o3, s33);
        p += BLOCK_BYTES;
        q += 32;
      }
      s00.intoArray(lanes, part);
      s01.intoArray(lanes, 16 + part);
      s02.intoArray(lanes, 32 + part);
      s03.intoArray(lanes, 48 + part);
      s10.intoArray(lanes, 64 + part);
      s11.intoArray(lanes, 80 + part);
      s12.intoArray(lanes, 96 + part);
      s13.intoArray(lanes, 112 + part);
      s20.intoArray(lanes, 128 + part);
      s21.intoArray(lanes, 144 + part);
      s22.intoArray(lanes, 160 + part);
      s23.intoArray(lanes, 176 + part);
      s30.intoArray(lanes, 192 + part);
      s31.intoArray(lanes, 208 + part);
      s32.intoArray(lanes, 224 + part);
      s33.intoArray(lanes, 240 + part);
    }
  }

  @Override
  void eightByOne(
      MemorySegment w, long at, long step, int blocks, float[] x, int xAt, float[] lanes) {
    for (int part = 0; part < LaneOrder.LANES; part += WIDTH) {
      FloatVector s0 = FloatVector.zero(FLOATS);
      FloatVector s1 = FloatVector.zero(FLOATS);
      FloatVector s2 = FloatVector.zero(FLOATS);
      FloatVector s3 = FloatVector.zero(FLOATS);
      FloatVector s4 = FloatVector.zero(FLOATS);
      FloatVector s5 = FloatVector.zero(FLOATS);
      FloatVector s6 = FloatVector.zero(FLOATS);
      FloatVector s7 = FloatVector.zero(FLOATS);
      long p = at + part * 4L;
      int q = xAt + part;
      for (int block = 0; block < blocks; block++) {
        FloatVector e0 = FloatVector.fromArray(FLOATS, x, q);
        FloatVector o0 = FloatVector.fromArray(FLOATS, x, q + 16);
        IntVector w0 = IntVector.fromMemorySegment(INTS, w, p, LITTLE_ENDIAN);
        FloatVector a0 = widen(w0.lanewise(VectorOperators.LSHL, 16));
        FloatVector b0 = widen(w0);
        s0 = a0.fma(e0, s0);
        s0 = b0.fma(o0, s0);
        IntVector w1 = IntVector.fromMemorySegment(INTS, w, p + step, LITTLE_ENDIAN);
        FloatVector a1 = widen(w1.lanewise(VectorOperators.LSHL, 16));
        FloatVector b1 = widen(w1);
        s1 = a1.fma(e0, s1);
        s1 = b1.fma(o0, s1);
        IntVector w2 = IntVector.fromMemorySegment(INTS, w, p + 2 * step, LITTLE_ENDIAN);
        FloatVector a2 = widen(w2.lanewise(VectorOperators.LSHL, 16));
        FloatVector b2 = widen(w2);
        s2 = a2.fma(e0, s2);
        s2 = b2.fma(o0, s2);
        IntVector w3 = IntVector.fromMemorySegment(INTS, w, p + 3 * step, LITTLE_ENDIAN);
        FloatVector a3 = widen(w3.lanewise(VectorOperators.LSHL, 16));
        FloatVector b3 = widen(w3);
        s3 = a3.fma(e0, s3);
        s3 = b3.fma(o0, s3);
        IntVector w4 = IntVector.fromMemorySegment(INTS, w, p + 4 * step, LITTLE_ENDIAN);
        FloatVector a4 = widen(w4.lanewise(VectorOperators.LSHL, 16));
        FloatVector b4 = widen(w4);
        s4 = a4.fma(e0, s4);
        s4 = b4.fma(o0, s4);
        IntVector w5 = IntVector.fromMemorySegment(INTS, w, p + 5 * step, LITTLE_ENDIAN);
        FloatVector a5 = widen(w5.lanewise(VectorOperators.LSHL, 16));
        FloatVector b5 = widen(w5);
        s5 = a5.fma(e0, s5);
        s5 = b5.fma(o0, s5);
        IntVector w6 = IntVector.fromMemorySegment(INTS, w, p + 6 * step, LITTLE_ENDIAN);
        FloatVector a6 = widen(w6.lanewise(VectorOperators.LSHL, 16));
        FloatVector b6 = widen(w6);
        s6 = a6.fma(e0, s6);
        s6 = b6.fma(o0, s6);
        IntVector w7 = IntVector.fromMemorySegment(INTS, w, p + 7 * step, LITTLE_ENDIAN);
        FloatVector a7 = widen(w7.lanewise(VectorOperators.LSHL, 16));
        FloatVector b7 = widen(w7);
        s7 = a7.fma(e0, s7);
        s7 = b7.fma(o0, s7);
        p += BLOCK_BYTES;
        q += 32;
      }
      s0.intoArray(lanes, part);
      s1.intoArray(lanes, 16 + part);
      s2.intoArray(lanes, 32 + part);
      s3.intoArray(lanes, 48 + part);
      s4.intoArray(lanes, 64 + part);
      s5.intoArray(lanes, 80 + part);
      s6.intoArray(lanes, 96 + part);
      s7.intoArray(lanes, 112 + part);
    }
  }

  @Override
  void oneByOne(MemorySegment w, long at, int blocks, float[] x, int xAt, float[] lanes) {
    for (int part = 0; part < LaneOrder.LANES; part += WIDTH) {
      FloatVector s = FloatVector.zero(FLOATS);
      long p = at + part * 4L;
      int q = xAt + part;
      for (int block = 0; block < blocks; block++) {
        FloatVector e0 = FloatVector.fromArray(FLOATS, x, q);
        FloatVector o0 = FloatVector.fromArray(FLOATS, x, q + 16);
        IntVector w0 = IntVector.fromMemorySegment(INTS, w, p, LITTLE_ENDIAN);
        FloatVector a0 = widen(w0.lanewise(VectorOperators.LSHL, 16));
        FloatVector b0 = widen(w0);
        s = a0.fma(e0, s);
        s = b0.fma(o0, s);
        p += BLOCK_BYTES;
        q += 32;
      }
      s.intoArray(lanes, part);
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

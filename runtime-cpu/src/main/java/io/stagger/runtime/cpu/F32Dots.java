package io.stagger.runtime.cpu;

import static io.stagger.runtime.cpu.VectorLanes.FLOATS;
import static io.stagger.runtime.cpu.VectorLanes.WIDTH;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** Dot products with weights of 32 bits. */
final class F32Dots extends VectorDots {

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
        FloatVector v0 = FloatVector.fromArray(FLOATS, x, x0 + q);
        FloatVector v1 = FloatVector.fromArray(FLOATS, x, x1 + q);
        FloatVector v2 = FloatVector.fromArray(FLOATS, x, x2 + q);
        FloatVector v3 = FloatVector.fromArray(FLOATS, x, x3 + q);
        FloatVector w0 = FloatVector.fromMemorySegment(FLOATS, w, p, LITTLE_ENDIAN);
        s00 = w0.fma(v0, s00);
        s01 = w0.fma(v1, s01);
        s02 = w0.fma(v2, s02);
        s03 = w0.fma(v3, s03);
        FloatVector w1 = FloatVector.fromMemorySegment(FLOATS, w, p + rowBytes, LITTLE_ENDIAN);
        s10 = w1.fma(v0, s10);
        s11 = w1.fma(v1, s11);
        s12 = w1.fma(v2, s12);
        s13 = w1.fma(v3, s13);
        FloatVector w2 = FloatVector.fromMemorySegment(FLOATS, w, p + 2 * rowBytes, LITTLE_ENDIAN);
        s20 = w2.fma(v0, s20);
        s21 = w2.fma(v1, s21);
        s22 = w2.fma(v2, s22);
        s23 = w2.fma(v3, s23);
        FloatVector w3 = FloatVector.fromMemorySegment(FLOATS, w, p + 3 * rowBytes, LITTLE_ENDIAN);
        s30 = w3.fma(v0, s30);
        s31 = w3.fma(v1, s31);
        s32 = w3.fma(v2, s32);
        s33 = w3.fma(v3, s33);
        p += BLOCK_BYTES;
        q += 16;
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
        FloatVector v0 = FloatVector.fromArray(FLOATS, x, q);
        FloatVector w0 = FloatVector.fromMemorySegment(FLOATS, w, p, LITTLE_ENDIAN);
        s0 = w0.fma(v0, s0);
        FloatVector w1 = FloatVector.fromMemorySegment(FLOATS, w, p + step, LITTLE_ENDIAN);
        s1 = w1.fma(v0, s1);
        FloatVector w2 = FloatVector.fromMemorySegment(FLOATS, w, p + 2 * step, LITTLE_ENDIAN);
        s2 = w2.fma(v0, s2);
        FloatVector w3 = FloatVector.fromMemorySegment(FLOATS, w, p + 3 * step, LITTLE_ENDIAN);
        s3 = w3.fma(v0, s3);
        FloatVector w4 = FloatVector.fromMemorySegment(FLOATS, w, p + 4 * step, LITTLE_ENDIAN);
        s4 = w4.fma(v0, s4);
        FloatVector w5 = FloatVector.fromMemorySegment(FLOATS, w, p + 5 * step, LITTLE_ENDIAN);
        s5 = w5.fma(v0, s5);
        FloatVector w6 = FloatVector.fromMemorySegment(FLOATS, w, p + 6 * step, LITTLE_ENDIAN);
        s6 = w6.fma(v0, s6);
        FloatVector w7 = FloatVector.fromMemorySegment(FLOATS, w, p + 7 * step, LITTLE_ENDIAN);
        s7 = w7.fma(v0, s7);
        p += BLOCK_BYTES;
        q += 16;
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
        FloatVector v0 = FloatVector.fromArray(FLOATS, x, q);
        FloatVector w0 = FloatVector.fromMemorySegment(FLOATS, w, p, LITTLE_ENDIAN);
        s = w0.fma(v0, s);
        p += BLOCK_BYTES;
        q += 16;
      }
      s.intoArray(lanes, part);
    }
  }
}

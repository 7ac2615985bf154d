package io.stagger.engine.trace;

import io.stagger.engine.trace.arrow.ColumnBatch;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/** Between the bytes of a column and the arrays of a batch. */
final class Values {

  private Values() {}

  static int[] int32(ColumnBatch.Values values) {
    int[] array = new int[values.bytes().length / Integer.BYTES];
    littleEndian(values.bytes()).asIntBuffer().get(array);
    return array;
  }

  static char[] uint16(ColumnBatch.Values values) {
    char[] array = new char[values.bytes().length / Character.BYTES];
    littleEndian(values.bytes()).asCharBuffer().get(array);
    return array;
  }

  static float[] float32(ColumnBatch.Values values) {
    float[] array = new float[values.bytes().length / Float.BYTES];
    littleEndian(values.bytes()).asFloatBuffer().get(array);
    return array;
  }

  static int[] int32OrUnknown(Optional<ColumnBatch.Values> values, int rows) {
    return values.map(found -> blanked(int32(found), found)).orElseGet(() -> unknown(rows));
  }

  static int[] uint16OrUnknown(Optional<ColumnBatch.Values> values, int rows) {
    return values
        .map(found -> blanked(widened(uint16(found)), found))
        .orElseGet(() -> unknown(rows));
  }

  private static int[] widened(char[] narrow) {
    int[] wide = new int[narrow.length];
    Arrays.setAll(wide, i -> narrow[i]);
    return wide;
  }

  private static int[] blanked(int[] array, ColumnBatch.Values values) {
    for (int row = 0; row < array.length; row++) {
      if (values.isNull(row)) {
        array[row] = TraceToken.UNKNOWN;
      }
    }
    return array;
  }

  private static int[] unknown(int rows) {
    int[] array = new int[rows];
    Arrays.fill(array, TraceToken.UNKNOWN);
    return array;
  }

  static ColumnBatch.Values ofInt32(int[] array) {
    byte[] bytes = new byte[array.length * Integer.BYTES];
    littleEndian(bytes).asIntBuffer().put(array);
    return new ColumnBatch.Values(bytes);
  }

  static ColumnBatch.Values ofUint16(char[] array) {
    byte[] bytes = new byte[array.length * Character.BYTES];
    littleEndian(bytes).asCharBuffer().put(array);
    return new ColumnBatch.Values(bytes);
  }

  static ColumnBatch.Values ofFloat32(float[] array) {
    byte[] bytes = new byte[array.length * Float.BYTES];
    littleEndian(bytes).asFloatBuffer().put(array);
    return new ColumnBatch.Values(bytes);
  }

  /** Numbers from 0, null where unknown. */
  static ColumnBatch.Values ofInt32OrUnknown(int[] array) {
    int[] known = array.clone();
    Arrays.setAll(known, i -> Math.max(0, array[i]));
    return new ColumnBatch.Values(ofInt32(known).bytes(), validity(array));
  }

  /** Likewise, of 16 bits. */
  static ColumnBatch.Values ofUint16OrUnknown(int[] array) {
    char[] known = new char[array.length];
    for (int i = 0; i < known.length; i++) {
      known[i] = (char) Math.max(0, array[i]);
    }
    return new ColumnBatch.Values(ofUint16(known).bytes(), validity(array));
  }

  private static byte[] validity(int[] array) {
    byte[] bits = new byte[(array.length + Byte.SIZE - 1) / Byte.SIZE];
    boolean nulls = false;
    for (int row = 0; row < array.length; row++) {
      boolean known = array[row] != TraceToken.UNKNOWN;
      nulls |= !known;
      bits[row / Byte.SIZE] |= (byte) (known ? 1 << row % Byte.SIZE : 0);
    }
    return nulls ? bits : new byte[0];
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}

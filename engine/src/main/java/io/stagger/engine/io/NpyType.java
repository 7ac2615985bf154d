package io.stagger.engine.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The type of a NumPy array's elements.
 *
 * @param kind {@code i}, {@code u} or {@code f}
 * @param bytes size of an element
 * @param order byte order
 */
record NpyType(char kind, int bytes, ByteOrder order) {

  double read(MemorySegment data, long offset) {
    return kind == 'f' ? readFloat(data, offset) : readInteger(data, offset);
  }

  private double readFloat(MemorySegment data, long offset) {
    return switch (bytes) {
      case 2 -> Float.float16ToFloat((short) bits(data, offset));
      case 4 -> Float.intBitsToFloat((int) bits(data, offset));
      default -> Double.longBitsToDouble(bits(data, offset));
    };
  }

  private double readInteger(MemorySegment data, long offset) {
    long bits = bits(data, offset);
    int unused = Long.SIZE - bytes * Byte.SIZE;
    if (kind == 'i') {
      return bits << unused >> unused;
    }
    long value = bits << unused >>> unused;
    return value >= 0 ? value : (value >>> 1) * 2.0 + (value & 1);
  }

  private long bits(MemorySegment data, long offset) {
    return switch (bytes) {
      case 1 -> data.get(ValueLayout.JAVA_BYTE, offset);
      case 2 -> data.get(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(order), offset);
      case 4 -> data.get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(order), offset);
      default -> data.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(order), offset);
    };
  }
}

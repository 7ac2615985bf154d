package io.stagger.runtime.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The parameters of a kernel, in order. Each is kept in eight bytes of its own, of which the driver
 * reads as many, from the low end, as the kernel's parameter has.
 */
final class Parameters {

  private long[] bits = new long[16];
  private int count;

  /** A device pointer; 0 is null. */
  Parameters pointer(long address) {
    return add(address);
  }

  /** Where device memory begins. */
  Parameters pointer(DeviceMemory memory) {
    return add(memory.address());
  }

  /** A 32-bit integer. */
  Parameters integer(int value) {
    return add(value);
  }

  /** A flag, as a 32-bit integer. */
  Parameters flag(boolean value) {
    return add(value ? 1 : 0);
  }

  /** A 64-bit integer. */
  Parameters wide(long value) {
    return add(value);
  }

  /** A double. */
  Parameters real(double value) {
    return add(Double.doubleToRawLongBits(value));
  }

  private Parameters add(long value) {
    if (count == bits.length) {
      bits = Arrays.copyOf(bits, 2 * count);
    }
    bits[count++] = value;
    return this;
  }

  /** The array of pointers to values that a launch takes. */
  MemorySegment write(Arena arena) {
    MemorySegment values = arena.allocate(ValueLayout.JAVA_LONG, count);
    MemorySegment pointers = arena.allocate(ValueLayout.JAVA_LONG, count);
    for (int i = 0; i < count; i++) {
      values.setAtIndex(ValueLayout.JAVA_LONG, i, bits[i]);
      pointers.setAtIndex(ValueLayout.JAVA_LONG, i, values.address() + i * 8L);
    }
    return pointers;
  }
}

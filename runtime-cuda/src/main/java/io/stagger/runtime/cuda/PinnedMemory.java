package io.stagger.runtime.cuda;

import java.lang.foreign.MemorySegment;

/** Host memory that stays where it is, so that devices copy from and to it by themselves. */
final class PinnedMemory extends Handle {

  private final MemorySegment segment;

  /**
   * Allocates it.
   *
   * @param bytes how much; at least one byte is allocated
   * @param what it is for, for the error's message
   */
  @SuppressWarnings("restricted")
  PinnedMemory(DeviceContext context, long bytes, String what) {
    super(context);
    long size = Math.max(1, bytes);
    this.segment = MemorySegment.ofAddress(driver().allocatePinned(size, what)).reinterpret(size);
  }

  /** The memory; gone once this is closed, which nothing checks. */
  MemorySegment segment() {
    return segment;
  }

  @Override
  void release(Driver driver) {
    driver.freePinned(segment.address());
  }
}

package io.stagger.runtime.cuda;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * An expert's weights on a device. Placements that follow one another share it where a slot keeps
 * its expert; the last one to let go returns it to its pool.
 */
final class SlotMemory {

  private final SlotPool pool;
  private final DeviceMemory memory;
  private final AtomicInteger users = new AtomicInteger(1);

  /** Takes memory from a pool. */
  SlotMemory(SlotPool pool) {
    this.pool = pool;
    this.memory = pool.take();
  }

  /** Where the weights begin. */
  long address() {
    return memory.address();
  }

  /** Becomes a further user; the caller knows one that has not let go. */
  SlotMemory retain() {
    users.incrementAndGet();
    return this;
  }

  /** Lets go, when no work of the device uses it for this user any more. */
  void release() {
    if (users.decrementAndGet() == 0) {
      pool.give(memory);
    }
  }
}

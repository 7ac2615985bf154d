package io.stagger.runtime.cuda;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Memory for the experts in a device's slots, all of one size. What a migration frees is kept for
 * the next one: the driver would halt the device to take it back. May be used from any driver
 * thread.
 */
final class SlotPool implements Resource {

  private final DeviceContext context;
  private final long slotBytes;
  private final Deque<DeviceMemory> spare = new ArrayDeque<>();
  private final Resources all = new Resources();

  SlotPool(DeviceContext context, long slotBytes) {
    this.context = context;
    this.slotBytes = slotBytes;
  }

  /** How many slots can be taken before memory is allocated. */
  synchronized int spares() {
    return spare.size();
  }

  /** A slot's memory; what is in it is nobody's. */
  synchronized DeviceMemory take() {
    return spare.isEmpty()
        ? all.add(new DeviceMemory(context, slotBytes, "an expert's weights"))
        : spare.pop();
  }

  /** Takes a slot's memory back, which no work of the device uses any more. */
  synchronized void give(DeviceMemory memory) {
    spare.push(memory);
  }

  /** Frees all memory, taken or not. */
  @Override
  public synchronized void close() {
    spare.clear();
    all.close();
  }
}

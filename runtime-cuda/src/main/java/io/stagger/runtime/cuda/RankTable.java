package io.stagger.runtime.cuda;

import io.stagger.api.Placement;
import java.lang.foreign.MemorySegment;

/**
 * Where the weights in a rank's slots lie, as kernels read it: for each layer the addresses of all
 * gates, then of all ups, then of all downs; null for an empty slot. A new placement has new
 * tables; none is ever changed.
 */
final class RankTable implements Resource {

  private static final int MATRICES = 3;

  private final DeviceMemory memory;
  private final int slots;

  private RankTable(DeviceMemory memory, int slots) {
    this.memory = memory;
    this.slots = slots;
  }

  /** Allocates a rank's table and queues its copy. */
  static RankTable upload(
      Gpu gpu, Placement placement, int rank, PlacedSlots memory, ExpertLayout expert) {
    int slots = placement.layout().slotsOf(rank);
    int first = placement.layout().firstSlot(rank);
    long[] addresses = new long[Math.multiplyExact(placement.layers() * MATRICES, slots)];
    for (int layer = 0; layer < placement.layers(); layer++) {
      int at = layer * MATRICES * slots;
      for (int local = 0; local < slots; local++) {
        long address = memory.address(layer, first + local);
        if (address != 0) {
          addresses[at + local] = address;
          addresses[at + slots + local] = address + expert.up();
          addresses[at + 2 * slots + local] = address + expert.down();
        }
      }
    }
    MemorySegment from = MemorySegment.ofArray(addresses);
    Resources resources = new Resources();
    try {
      DeviceMemory to =
          resources.add(new DeviceMemory(gpu.context(), from.byteSize(), "table of rank " + rank));
      gpu.uploader().upload(from, to.address());
      return new RankTable(to, slots);
    } catch (RuntimeException | Error e) {
      // Before the memory goes that a copy under way is for.
      resources.add(gpu.uploader()::finish);
      resources.closeAfter(e);
      throw e;
    }
  }

  /** How many bytes of device memory the table of a rank takes. */
  static long bytes(int layers, int slots) {
    return (long) layers * MATRICES * slots * Long.BYTES;
  }

  /** How many slots the rank has in a layer. */
  int slots() {
    return slots;
  }

  /** Where the addresses of a layer's gates are. */
  long gates(int layer) {
    return memory.address() + (long) layer * MATRICES * slots * Long.BYTES;
  }

  /** Where the addresses of a layer's ups are. */
  long ups(int layer) {
    return gates(layer) + (long) slots * Long.BYTES;
  }

  /** Where the addresses of a layer's downs are. */
  long downs(int layer) {
    return ups(layer) + (long) slots * Long.BYTES;
  }

  @Override
  public void close() {
    memory.close();
  }
}

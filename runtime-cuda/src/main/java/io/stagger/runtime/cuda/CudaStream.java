package io.stagger.runtime.cuda;

import java.lang.foreign.MemorySegment;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Work of a device that is done in order, beside other streams' work. Used by one thread at a time.
 */
final class CudaStream extends Handle {

  private final long address;

  /** Kernels whose errors have not had a chance to surface yet. */
  private final Set<String> launched = new LinkedHashSet<>();

  CudaStream(DeviceContext context) {
    super(context);
    this.address = driver().createStream();
  }

  /** Queues a kernel; none where the grid is empty, which the driver would refuse. */
  void launch(Kernel kernel, int gridX, int gridY, Parameters parameters) {
    if (gridX > 0 && gridY > 0) {
      driver().launch(kernel, gridX, gridY, address, parameters);
      launched.add(kernel.name());
    }
  }

  /** Queues a copy of pinned memory, which must not change before the copy is done. */
  void copyToDevice(MemorySegment pinned, long to) {
    driver().copyToDevice(to, pinned.address(), pinned.byteSize(), address);
  }

  /** Queues a copy into pinned memory, which holds it once the stream is synchronised. */
  void copyToHost(long from, MemorySegment pinned) {
    driver().copyToHost(pinned.address(), from, pinned.byteSize(), address);
  }

  /** Queues a copy from another device's memory into this one's. */
  void copyFromPeer(DeviceContext peer, long from, long to, long bytes) {
    driver().copyToPeer(to, context().address(), from, peer.address(), bytes, address);
  }

  /** Queues the filling of memory with a byte. */
  void setBytes(long to, int value, long bytes) {
    driver().setBytes(to, (byte) value, bytes, address);
  }

  /** Queues the filling of memory with 32-bit words. */
  void setWords(long to, int value, long count) {
    driver().setWords(to, value, count, address);
  }

  /** Marks the end of the work so far. */
  void record(CudaEvent event) {
    driver().recordEvent(event.address(), address);
  }

  /** Lets the work that follows wait for another stream's. */
  void waitFor(CudaEvent event) {
    driver().waitForEvent(address, event.address());
  }

  /**
   * Waits for all work.
   *
   * @throws CudaException if a kernel failed; it names those that ran since the last time
   */
  void synchronize() {
    driver()
        .synchronizeStream(address, () -> "stream of " + context() + ", after kernels " + launched);
    launched.clear();
  }

  @Override
  void release(Driver driver) {
    driver.destroyStream(address);
  }
}

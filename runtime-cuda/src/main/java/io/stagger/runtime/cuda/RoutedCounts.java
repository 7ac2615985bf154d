package io.stagger.runtime.cuda;

import io.stagger.api.ModelShape;
import java.lang.foreign.ValueLayout;

/**
 * How many choices a device has routed to each expert of each layer since it was opened. Kernels
 * add on any stream; reading copies on a stream of its own and holds up none of them. Counts only
 * ever grow: nothing is lost between a reading and a clearing, for nothing is cleared.
 */
final class RoutedCounts implements Resource {

  private final int experts;
  private final long bytes;
  private final Resources resources = new Resources();
  private final CudaStream stream;
  private final CudaEvent copied;
  private final DeviceMemory counts;
  private final PinnedMemory read;

  /** All zero. */
  RoutedCounts(DeviceContext context, ModelShape shape) {
    this.experts = shape.experts();
    this.bytes = bytes(shape);
    try {
      stream = resources.add(new CudaStream(context));
      copied = resources.add(new CudaEvent(context));
      counts = resources.add(new DeviceMemory(context, bytes, "counts of routed tokens"));
      read = resources.add(new PinnedMemory(context, bytes, "counts of routed tokens"));
      stream.setBytes(counts.address(), 0, counts.bytes());
      stream.synchronize();
    } catch (RuntimeException | Error e) {
      resources.closeAfter(e);
      throw e;
    }
  }

  /** How many bytes of device memory they take. */
  static long bytes(ModelShape shape) {
    return (long) shape.layers() * shape.experts() * Long.BYTES;
  }

  /** Where the counts of a layer lie, {@code u64 [experts]}. */
  long ofLayer(int layer) {
    return counts.address() + (long) layer * experts * Long.BYTES;
  }

  /** Reads them as they are now, with all passes that have returned; for one thread at a time. */
  long[] read() {
    stream.copyToHost(counts.address(), read.segment().asSlice(0, bytes));
    stream.record(copied);
    copied.await("counts of routed tokens");
    return read.segment().asSlice(0, bytes).toArray(ValueLayout.JAVA_LONG);
  }

  @Override
  public void close() {
    resources.close();
  }
}

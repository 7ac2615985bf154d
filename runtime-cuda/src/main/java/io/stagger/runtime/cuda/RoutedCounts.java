package io.stagger.runtime.cuda;

import io.stagger.api.ModelShape;
import java.lang.foreign.ValueLayout;

/**
 * How many choices a device has routed to each expert of each layer since it was opened. Kernels
 * add on any stream; reading copies on a stream of its own and holds up none of them. Counts only
 * ever grow, so that none is lost between a reading and a clearing.
 */
final class RoutedCounts implements Resource {

  private final int experts;
  private final Resources resources = new Resources();
  private final CudaStream stream;
  private final CudaEvent copied;
  private final DeviceMemory counts;
  private final PinnedMemory read;
  private final long[] drained;

  /** All zero. */
  RoutedCounts(DeviceContext context, ModelShape shape) {
    this.experts = shape.experts();
    this.drained = new long[shape.layers() * experts];
    long bytes = bytes(shape);
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

  /**
   * Adds the counts since the last call, or since the start. Nothing is lost or counted twice, also
   * if it fails. For one thread at a time.
   *
   * @param to receives them, {@code [layers * experts]}
   */
  void drain(long[] to) {
    stream.copyToHost(counts.address(), read.segment());
    stream.record(copied);
    copied.await("counts of routed tokens");
    for (int i = 0; i < drained.length; i++) {
      long now = read.segment().getAtIndex(ValueLayout.JAVA_LONG, i);
      to[i] += now - drained[i];
      drained[i] = now;
    }
  }

  @Override
  public void close() {
    resources.close();
  }
}

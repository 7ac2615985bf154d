package io.stagger.runtime.cuda;

import java.util.EnumMap;
import java.util.Map;

/** What one forward pass works with on one device: a stream, events, intermediate values. */
final class Workspace implements Resource {

  private final Gpu gpu;
  private final Resources resources = new Resources();
  private final Map<Scratch, DeviceMemory> scratch = new EnumMap<>(Scratch.class);
  private final CudaStream stream;
  private final CudaEvent ready;

  /** Allocates it. */
  Workspace(Gpu gpu, Map<Scratch, Long> sizes) {
    this.gpu = gpu;
    try {
      this.stream = resources.add(new CudaStream(gpu.context()));
      this.ready = resources.add(new CudaEvent(gpu.context()));
      sizes.forEach((part, bytes) ->
          scratch.put(part, resources.add(new DeviceMemory(gpu.context(), bytes, part.name()))));
    } catch (RuntimeException | Error e) {
      resources.closeAfter(e);
      throw e;
    }
  }

  /** The device. */
  Gpu gpu() {
    return gpu;
  }

  /** The stream that the pass runs on. */
  CudaStream stream() {
    return stream;
  }

  /** What this device has done so far, for other devices to wait for. */
  CudaEvent ready() {
    return ready;
  }

  /** Where a part of the intermediate values lies; 0, a null pointer, where it is not needed. */
  long at(Scratch part) {
    DeviceMemory memory = scratch.get(part);
    return memory == null ? 0 : memory.address();
  }

  @Override
  public void close() {
    resources.close();
  }
}

package io.stagger.runtime.cuda;

import io.stagger.api.weights.ExpertWeights;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Brings weights from mapped files into device memory: through two pinned buffers, one of which is
 * filled while the other is copied, on a stream of its own, beside the forward passes. Used by one
 * thread at a time.
 */
final class Uploader implements Resource {

  private final Resources resources = new Resources();
  private final CudaStream stream;
  private final List<Buffer> buffers;
  private int next;

  /** Allocates two buffers. */
  Uploader(DeviceContext context, long bufferBytes) {
    try {
      this.stream = resources.add(new CudaStream(context));
      this.buffers = List.of(buffer(context, bufferBytes), buffer(context, bufferBytes));
    } catch (RuntimeException | Error e) {
      resources.closeAfter(e);
      throw e;
    }
  }

  private Buffer buffer(DeviceContext context, long bytes) {
    return new Buffer(
        resources.add(new PinnedMemory(context, bytes, "staging of weights")).segment(),
        resources.add(new CudaEvent(context)));
  }

  /** Queues the copy of an expert; what it reads may go once this returns. */
  void upload(ExpertWeights expert, long to) {
    ExpertLayout layout = ExpertLayout.of(expert);
    upload(expert.gate().data(), to);
    upload(expert.up().data(), to + layout.up());
    upload(expert.down().data(), to + layout.down());
  }

  /** Queues the copy of some memory; what it reads may go once this returns. */
  void upload(MemorySegment from, long to) {
    long done = 0;
    while (done < from.byteSize()) {
      Buffer buffer = buffers.get(next);
      buffer.copied.await("upload of weights");
      long part = Math.min(from.byteSize() - done, buffer.memory.byteSize());
      MemorySegment staged = buffer.memory.asSlice(0, part).copyFrom(from.asSlice(done, part));
      stream.copyToDevice(staged, to + done);
      stream.record(buffer.copied);
      next = (next + 1) % buffers.size();
      done += part;
    }
  }

  /** Whether device memory holds an expert, byte by byte. */
  boolean holds(ExpertWeights expert, long at) {
    ExpertLayout layout = ExpertLayout.of(expert);
    return holds(expert.gate().data(), at)
        && holds(expert.up().data(), at + layout.up())
        && holds(expert.down().data(), at + layout.down());
  }

  private boolean holds(MemorySegment expected, long at) {
    MemorySegment memory = buffers.getFirst().memory;
    long done = 0;
    while (done < expected.byteSize()) {
      long part = Math.min(expected.byteSize() - done, memory.byteSize());
      MemorySegment read = memory.asSlice(0, part);
      stream.copyToHost(at + done, read);
      stream.synchronize();
      if (read.mismatch(expected.asSlice(done, part)) != -1) {
        return false;
      }
      done += part;
    }
    return true;
  }

  /** Waits until everything has arrived. */
  void finish() {
    stream.synchronize();
  }

  @Override
  public void close() {
    resources.close();
  }

  private static final class Buffer {

    final MemorySegment memory;
    final CudaEvent copied;

    Buffer(MemorySegment memory, CudaEvent copied) {
      this.memory = memory;
      this.copied = copied;
    }
  }
}

package io.stagger.runtime.cuda;

import io.stagger.api.MoeSpec;
import java.lang.foreign.MemorySegment;

/** Pinned memory through which a chunk's hidden states, choices and results pass. */
final class HostBuffers implements Resource {

  private final Resources resources = new Resources();
  private final MemorySegment hidden;
  private final MemorySegment chosen;
  private final MemorySegment weights;
  private final MemorySegment slots;
  private final MemorySegment bad;

  /** Memory for chunks of at most so many tokens; every device of the process can use it. */
  HostBuffers(DeviceContext context, MoeSpec spec, int tokens) {
    long lines = (long) tokens * spec.shape().topK();
    try {
      hidden = pinned(context, (long) tokens * spec.hiddenSize() * Float.BYTES, "hidden states");
      chosen = pinned(context, lines * Integer.BYTES, "chosen experts");
      weights = pinned(context, lines * Float.BYTES, "weights of experts");
      slots = pinned(context, lines * Integer.BYTES, "chosen slots");
      bad = pinned(context, Long.BYTES, "position of a bad logit");
    } catch (RuntimeException | Error e) {
      resources.closeAfter(e);
      throw e;
    }
  }

  private MemorySegment pinned(DeviceContext context, long bytes, String what) {
    return resources.add(new PinnedMemory(context, bytes, what)).segment();
  }

  /** Hidden states on the way in, results on the way out: a part of so many bytes. */
  MemorySegment hidden(long bytes) {
    return hidden.asSlice(0, bytes);
  }

  /** Chosen experts, {@code i32}: those of so many choices. */
  MemorySegment chosen(int choices) {
    return chosen.asSlice(0, (long) choices * Integer.BYTES);
  }

  /** Their weights, {@code f32}. */
  MemorySegment weights(int choices) {
    return weights.asSlice(0, (long) choices * Float.BYTES);
  }

  /** Their slots, {@code i32}. */
  MemorySegment slots(int choices) {
    return slots.asSlice(0, (long) choices * Integer.BYTES);
  }

  /** Where the first logit is that is not finite, {@code u64 [1]}. */
  MemorySegment bad() {
    return bad;
  }

  @Override
  public void close() {
    resources.close();
  }
}

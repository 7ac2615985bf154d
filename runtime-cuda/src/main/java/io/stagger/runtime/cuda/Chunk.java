package io.stagger.runtime.cuda;

import io.stagger.api.runtime.TokenBatch;
import io.stagger.api.weights.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Tokens of a batch that are computed together.
 *
 * @param batch the batch
 * @param from the first token
 * @param tokens how many, at least 1
 */
record Chunk(TokenBatch batch, int from, int tokens) {

  /** A batch in chunks of at most so many tokens. */
  static List<Chunk> of(TokenBatch batch, int most) {
    List<Chunk> chunks = new ArrayList<>();
    for (int from = 0; from < batch.tokens(); from += most) {
      chunks.add(new Chunk(batch, from, Math.min(most, batch.tokens() - from)));
    }
    return chunks;
  }

  /** The hidden states' type. */
  TensorType type() {
    return batch.hidden().type();
  }

  /** Width of the hidden states. */
  int hiddenSize() {
    return batch.hidden().size(1);
  }

  /** How many hidden values there are. */
  long values() {
    return (long) tokens * hiddenSize();
  }

  /** How many bytes they have. */
  long bytes() {
    return values() * type().bytes();
  }

  /** This chunk's part of memory that is laid out as the batch's hidden states are. */
  MemorySegment partOf(MemorySegment batchMemory) {
    return batchMemory.asSlice((long) from * hiddenSize() * type().bytes(), bytes());
  }
}

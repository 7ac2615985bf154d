package io.stagger.runtime.cpu;

import io.stagger.api.weights.TensorType;

/**
 * The one order in which a dot product of a weight row and a token is summed, whatever the tile,
 * the vector width or the thread: element {@code k} is added, by a fused multiply-add and in
 * ascending {@code k}, to one of {@value #LANES} partial sums; the partial sums are then added
 * pairwise, the lower half of them to the upper half, until one is left. Rows and tokens are taken
 * to end in zeros up to a whole block.
 *
 * <p>Token vectors are stored so that the elements of the partial sums 0, 1, ... lie side by side.
 */
enum LaneOrder {
  /** Element {@code k} goes to partial sum {@code k mod 16}; for weights of 32 bits. */
  PLAIN(16) {
    @Override
    int position(int k) {
      return k;
    }
  },

  /**
   * Elements {@code 2i} and {@code 2i + 1} of each 32 go to partial sum {@code i}: one load of
   * 32-bit words brings two weights of 16 bits a word.
   */
  PAIRED(32) {
    @Override
    int position(int k) {
      return (k & ~31) | ((k & 1) << 4) | ((k & 31) >> 1);
    }
  };

  /** How many partial sums there are: as many as the widest vectors in use have lanes. */
  static final int LANES = 16;

  private final int block;

  LaneOrder(int block) {
    this.block = block;
  }

  /** The order for weights of a type. */
  static LaneOrder of(TensorType type) {
    return type == TensorType.F32 ? PLAIN : PAIRED;
  }

  /** Where element {@code k} of a token vector is stored; its partial sum is this modulo 16. */
  abstract int position(int k);

  /** How many consecutive elements are reordered among themselves. */
  int block() {
    return block;
  }

  /** The room that a token vector takes: whole blocks. */
  int stride(int columns) {
    return Math.ceilDiv(columns, block) * block;
  }
}

package io.stagger.strategies.affinity;

import java.util.Arrays;

/**
 * The memory of the tabu search: an expert that left a rank may not come back for some moves, so
 * that the search does not undo what it did.
 */
final class Rest {

  private static final int SHORTEST = 3;

  /** An odd number with mixed bits (2^32 over the golden ratio). */
  private static final int MIXER = 0x9E3779B9;

  private final int ranks;
  private final int[] until;

  /** Rests differ in length, or the search could go in circles of that length. */
  private final int lengths;

  private int moves;

  Rest(RankSlots slots) {
    this.ranks = slots.ranks;
    this.until = new int[slots.experts * ranks];
    this.lengths = Math.clamp(slots.experts / 4, 1, 16);
  }

  void clear() {
    Arrays.fill(until, 0);
    moves = 0;
  }

  /** A move is about to be made. */
  void tick() {
    moves++;
  }

  void of(int expert, int rank) {
    until[expert * ranks + rank] = moves + SHORTEST + ((moves * MIXER) >>> Short.SIZE) % lengths;
  }

  boolean rests(int expert, int rank) {
    return until[expert * ranks + rank] > moves;
  }
}

package io.stagger.strategies.balanced;

import java.util.Arrays;

/**
 * The memory of a tabu search: a replica that was just moved rests for some moves, so that the
 * search does not undo what it did.
 */
final class Rest {

  private static final int LONGEST = 5;

  /** Rests differ in length, or the search could go in circles of that length. */
  private static final int LENGTHS = 5;

  /** An odd number with mixed bits (2^32 over the golden ratio). */
  private static final int MIXER = 0x9E3779B9;

  private final int[] until;

  /** The shortest rest; where replicas are few, more must be free to move. */
  private final int shortest;

  private int moves;

  Rest(int replicas) {
    this.until = new int[replicas];
    this.shortest = Math.clamp(replicas / 4, 2, LONGEST);
  }

  /** Nothing rests. */
  void end() {
    Arrays.fill(until, 0);
    moves = 0;
  }

  /** A move is about to be made. */
  void tick() {
    moves++;
  }

  void of(int replica) {
    until[replica] = moves + shortest + ((moves * MIXER) >>> Short.SIZE) % LENGTHS;
  }

  boolean rests(int replica) {
    return until[replica] > moves;
  }
}

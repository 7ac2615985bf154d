package io.stagger.engine.trace.statistics;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Which tokens of a trace are kept, each as likely as any other (Vitter's reservoir sampling,
 * algorithm R). The seed is fixed and a draw sees nothing but the token's number, so that the
 * number of tokens alone decides.
 */
final class Reservoir {

  private static final long SEED = 5;

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final int capacity;
  private long seen;

  Reservoir(int capacity) {
    this.capacity = capacity;
  }

  /** The place of the next token, where it takes that of an earlier one; -1 if it is not kept. */
  int next() {
    long place = seen < capacity ? seen : random.nextLong(seen + 1);
    seen++;
    return place < capacity ? (int) place : -1;
  }

  /** The number of the token that {@link #next} was last asked about. */
  long last() {
    return seen - 1;
  }

  /** The numbers of the tokens that are kept of so many, ascending. */
  static long[] kept(int capacity, long tokens) {
    Reservoir reservoir = new Reservoir(capacity);
    long[] numbers = new long[(int) Math.min(capacity, tokens)];
    for (long token = 0; numbers.length > 0 && token < tokens; token++) {
      int place = reservoir.next();
      if (place >= 0) {
        numbers[place] = token;
      }
    }
    Arrays.sort(numbers);
    return numbers;
  }
}

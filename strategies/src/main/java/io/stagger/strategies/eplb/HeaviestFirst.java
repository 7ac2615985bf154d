package io.stagger.strategies.eplb;

import java.util.Arrays;

/**
 * Puts items in the order of their weights, the heaviest first and equals by lowest id: a radix
 * sort of the weights' bits, which takes the same few passes whatever the weights and has no branch
 * to mispredict. Few items are sorted by insertion, which spares the counting.
 *
 * <p>Keeps its scratch between calls: not thread-safe.
 */
final class HeaviestFirst {

  private static final int DIGIT_BITS = 8;
  private static final int DIGITS = Integer.SIZE / DIGIT_BITS;
  private static final int RADIX = 1 << DIGIT_BITS;

  /** Up to so many items, a table of counts costs more than it saves. */
  private static final int FEW = 40;

  /** Where the items of each digit begin in the sorted array, a table for each place. */
  private final int[] starts = new int[DIGITS * RADIX];

  private long[] keys;
  private long[] spare;

  /**
   * @param items how many items there are
   */
  HeaviestFirst(int items) {
    this.keys = new long[items];
    this.spare = new long[items];
  }

  /**
   * Sorts.
   *
   * @param weights one for each item, from 0
   * @return keys whose {@link WeightKey#id} are the items; valid until the next call
   */
  long[] sort(float[] weights) {
    for (int item = 0; item < keys.length; item++) {
      keys[item] = WeightKey.heaviestFirst(weights[item], item);
    }
    if (keys.length <= FEW) {
      insert();
    } else {
      count();
      for (int place = 0; place < DIGITS; place++) {
        distribute(place);
      }
    }
    return keys;
  }

  private void insert() {
    for (int i = 1; i < keys.length; i++) {
      long key = keys[i];
      int at = i;
      while (at > 0 && keys[at - 1] > key) {
        keys[at] = keys[at - 1];
        at--;
      }
      keys[at] = key;
    }
  }

  private void count() {
    Arrays.fill(starts, 0);
    for (long key : keys) {
      for (int place = 0; place < DIGITS; place++) {
        starts[place * RADIX + digit(key, place)]++;
      }
    }
  }

  /** A stable pass: equal digits stay in order, so that ids, ascending at first, still are. */
  private void distribute(int place) {
    int table = place * RADIX;
    if (starts[table + digit(keys[0], place)] == keys.length) {
      return;
    }
    int start = 0;
    for (int digit = table; digit < table + RADIX; digit++) {
      int count = starts[digit];
      starts[digit] = start;
      start += count;
    }
    for (long key : keys) {
      spare[starts[table + digit(key, place)]++] = key;
    }
    long[] sorted = spare;
    spare = keys;
    keys = sorted;
  }

  /** A digit of the key's weight; the lower half of a key is the id. */
  private static int digit(long key, int place) {
    return (int) (key >>> (Integer.SIZE + place * DIGIT_BITS)) & (RADIX - 1);
  }
}

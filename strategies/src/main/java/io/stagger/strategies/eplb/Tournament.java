package io.stagger.strategies.eplb;

import java.util.Arrays;

/**
 * Keeps the first of some keys at hand while they change: a tournament tree, in which a changed key
 * plays only the matches on its way to the root. Not thread-safe.
 */
final class Tournament {

  /** The winner at index 1, the children of {@code i} at {@code 2i} and {@code 2i + 1}. */
  private final long[] tree;

  private final int leaves;

  /**
   * A tournament in which every key is {@link WeightKey#LAST} at first.
   *
   * @param players how many keys there are, at least 1
   */
  Tournament(int players) {
    int width = 1;
    while (width < players) {
      width *= 2;
    }
    leaves = width;
    tree = new long[2 * width];
    Arrays.fill(tree, WeightKey.LAST);
  }

  /** Sets all keys. The array is at most as long as there are players; the rest come last. */
  void reset(long[] keys) {
    System.arraycopy(keys, 0, tree, leaves, keys.length);
    for (int i = leaves - 1; i >= 1; i--) {
      tree[i] = Math.min(tree[2 * i], tree[2 * i + 1]);
    }
  }

  /** Sets one player's key. */
  void update(int player, long key) {
    // The winner so far is at hand; to read it back from the tree would wait for the write.
    long first = key;
    int i = leaves + player;
    tree[i] = key;
    while (i > 1) {
      first = Math.min(first, tree[i ^ 1]);
      i >>= 1;
      tree[i] = first;
    }
  }

  /** The key that comes first. */
  long winner() {
    return tree[1];
  }
}

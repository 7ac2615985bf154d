package io.stagger.strategies.affinity;

import java.util.Arrays;

/**
 * Counts equal sets of experts, by open addressing. Nets keep the order of first appearance. A set
 * that is very common becomes several equal nets, so that its tokens can be served by different
 * replicas.
 */
final class NetTable {

  private static final int START = 64;
  private static final int NONE = -1;

  /** An odd number with mixed bits (2^64 over the golden ratio). */
  private static final long MIXER = 0x9E3779B97F4A7C15L;

  /** The most tokens that a net stands for. */
  private final int most;

  private int[] table = new int[2 * START];
  private int[] first = new int[START + 1];
  private int[] pins;
  private double[] weight = new double[START];
  private int nets;

  NetTable(int topK, int most) {
    this.most = most;
    this.pins = new int[START * topK];
    Arrays.fill(table, NONE);
  }

  /** Counts a token's experts, ascending; one that comes twice counts once. */
  void add(int[] ascending) {
    int from = first[nets];
    int to = from;
    if (pins.length < from + ascending.length) {
      pins = Arrays.copyOf(pins, Math.max(from + ascending.length, 2 * pins.length));
    }
    for (int expert : ascending) {
      if (to == from || pins[to - 1] != expert) {
        pins[to++] = expert;
      }
    }
    int at = find(from, to);
    if (table[at] != NONE && weight[table[at]] < most) {
      weight[table[at]]++;
    } else {
      table[at] = nets;
      weight[nets++] = 1;
      first[nets] = to;
      growIfFull();
    }
  }

  /** Where a set is in the table, or would be. */
  private int find(int from, int to) {
    long hash = 0;
    for (int i = from; i < to; i++) {
      hash = (hash ^ pins[i]) * MIXER;
      hash ^= hash >>> Integer.SIZE;
    }
    int at = (int) (hash & (table.length - 1));
    while (table[at] != NONE
        && !Arrays.equals(pins, first[table[at]], first[table[at] + 1], pins, from, to)) {
      at = (at + 1) & (table.length - 1);
    }
    return at;
  }

  private void growIfFull() {
    if (nets < weight.length) {
      return;
    }
    weight = Arrays.copyOf(weight, 2 * nets);
    first = Arrays.copyOf(first, 2 * nets + 1);
    table = new int[4 * nets];
    Arrays.fill(table, NONE);
    // Of equal nets the last stays, the one that is not full.
    for (int net = 0; net < nets; net++) {
      table[find(first[net], first[net + 1])] = net;
    }
  }

  Nets nets(int experts) {
    return new Nets(
        experts,
        Arrays.copyOf(first, nets + 1),
        Arrays.copyOf(pins, first[nets]),
        Arrays.copyOf(weight, nets));
  }
}

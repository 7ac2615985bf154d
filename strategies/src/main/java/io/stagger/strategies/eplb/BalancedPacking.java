package io.stagger.strategies.eplb;

import java.util.Arrays;

/**
 * Packs weighted items into packs of fixed capacities: the heaviest item first, each into the
 * lightest pack that has room; equals by lowest id. If no pack holds more than one item, weights do
 * not matter and the items go in order.
 *
 * <p>The original knows packs of one capacity only; with equal capacities this is the same.
 *
 * <p>Keeps its scratch between calls: not thread-safe.
 */
final class BalancedPacking {

  private final int[] capacities;
  private final boolean inOrder;
  private final Tournament lightest;
  private final long[] emptyPacks;
  private final long[] order;
  private final float[] sum;
  private final int[] held;
  private final int[] pack;
  private final int[] position;

  /**
   * @param capacities how many items each pack holds at most, from 0
   * @param items how many items there are, at most the sum of the capacities
   */
  BalancedPacking(int[] capacities, int items) {
    this.capacities = capacities.clone();
    this.inOrder = Arrays.stream(capacities).allMatch(capacity -> capacity <= 1);
    this.lightest = new Tournament(capacities.length);
    this.emptyPacks = new long[capacities.length];
    for (int p = 0; p < capacities.length; p++) {
      emptyPacks[p] = capacities[p] > 0 ? WeightKey.lightestFirst(0, p) : WeightKey.LAST;
    }
    this.order = new long[items];
    this.sum = new float[capacities.length];
    this.held = new int[capacities.length];
    this.pack = new int[items];
    this.position = new int[items];
  }

  /**
   * Packs anew; {@link #packOf} and {@link #positionOf} tell the result.
   *
   * @param weights one for each item, from 0
   */
  void pack(float[] weights) {
    for (int item = 0; item < order.length; item++) {
      order[item] = WeightKey.heaviestFirst(inOrder ? 0 : weights[item], item);
    }
    if (!inOrder) {
      Arrays.sort(order);
    }
    Arrays.fill(sum, 0);
    Arrays.fill(held, 0);
    lightest.reset(emptyPacks);
    for (long key : order) {
      int item = WeightKey.id(key);
      put(item, lightest.winner(), inOrder ? 0 : weights[item]);
    }
  }

  private void put(int item, int target, float weight) {
    pack[item] = target;
    position[item] = held[target]++;
    sum[target] += weight;
    boolean full = held[target] == capacities[target];
    lightest.update(target, full ? WeightKey.LAST : WeightKey.lightestFirst(sum[target], target));
  }

  /** The pack that an item is in. */
  int packOf(int item) {
    return pack[item];
  }

  /** How many items were in the pack when the item came to it. */
  int positionOf(int item) {
    return position[item];
  }
}

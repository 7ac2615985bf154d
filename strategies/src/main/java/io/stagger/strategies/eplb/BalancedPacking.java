package io.stagger.strategies.eplb;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Packs weighted items into packs of fixed capacities: the heaviest item first, each into the
 * lightest pack that has room; equals by lowest id. If no pack holds more than one item, weights do
 * not matter and the items go in order.
 *
 * <p>Packs may stand at several sites with as many items each. An item goes to a pack of its site,
 * and no site knows of another; to pack them together takes one sort for all, and keeps a processor
 * busy with one site while it waits for the outcome at another.
 *
 * <p>The original knows packs of one capacity only; with equal capacities this is the same.
 *
 * <p>Keeps its scratch between calls: not thread-safe.
 */
final class BalancedPacking {

  private final int[] capacities;
  private final boolean inOrder;
  private final HeaviestFirst order;
  private final Tournament[] lightest;
  private final long[] emptyPacks;
  private final int[] siteOf;
  private final int[] pack;
  private final int[] position;

  /** How many items each pack holds, {@code [sites * packs]}. */
  private final int[] held;

  /**
   * @param sites how many sites there are, at least 1
   * @param capacities how many items each pack of a site holds at most, from 0
   * @param items how many items each site has, at most the sum of the capacities
   */
  BalancedPacking(int sites, int[] capacities, int items) {
    this.capacities = capacities.clone();
    this.inOrder = Arrays.stream(capacities).allMatch(capacity -> capacity <= 1);
    this.order = new HeaviestFirst(sites * items);
    this.lightest = new Tournament[sites];
    Arrays.setAll(lightest, site -> new Tournament(capacities.length));
    this.emptyPacks = new long[capacities.length];
    for (int p = 0; p < capacities.length; p++) {
      emptyPacks[p] = capacities[p] > 0 ? WeightKey.lightestFirst(0, p) : WeightKey.LAST;
    }
    this.siteOf = new int[sites * items];
    Arrays.setAll(siteOf, item -> item / items);
    this.pack = new int[sites * items];
    this.position = new int[sites * items];
    this.held = new int[sites * capacities.length];
    if (inOrder) {
      packInOrder(sites);
    }
  }

  private void packInOrder(int sites) {
    int[] open = IntStream.range(0, capacities.length).filter(p -> capacities[p] > 0).toArray();
    int items = pack.length / sites;
    Arrays.setAll(pack, item -> open[item % items]);
  }

  /**
   * Packs anew; {@link #packOf} and {@link #positionOf} tell the result.
   *
   * @param weights one for each item, from 0; the items of the first site first
   */
  void pack(float[] weights) {
    if (inOrder) {
      return;
    }
    Arrays.fill(held, 0);
    for (Tournament site : lightest) {
      site.reset(emptyPacks);
    }
    for (long key : order.sort(weights)) {
      int item = WeightKey.id(key);
      put(item, weights[item]);
    }
  }

  private void put(int item, float weight) {
    int site = siteOf[item];
    long winner = lightest[site].winner();
    int target = WeightKey.id(winner);
    int holds = held[site * capacities.length + target]++;
    pack[item] = target;
    position[item] = holds;
    boolean full = holds + 1 == capacities[target];
    float sum = WeightKey.lightestWeight(winner) + weight;
    lightest[site].update(target, full ? WeightKey.LAST : WeightKey.lightestFirst(sum, target));
  }

  /** The pack, among those of its site, that an item is in. */
  int packOf(int item) {
    return pack[item];
  }

  /** How many items were in the pack when the item came to it. */
  int positionOf(int item) {
    return position[item];
  }
}

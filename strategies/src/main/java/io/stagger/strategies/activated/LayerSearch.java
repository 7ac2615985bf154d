package io.stagger.strategies.activated;

import io.stagger.api.Cluster;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Tries exchanges of two replicas, and other experts in place of spare replicas, drawn with a fixed
 * seed, and keeps those that do not make the batches' busiest ranks busier, or, if these stay as
 * they are, all ranks less even.
 */
final class LayerSearch {

  private static final long SEED = 0xAC71;

  private final int[] row;
  private final SlotLayout layout;
  private final int[] rankOf;
  private final int[] used;
  private final int experts;
  private final int[][] active;
  private final int[][] ranksOf;
  private final double speed;
  private final ReplicaPick pick;

  /** The batches that activate each expert, {@code [experts]}. */
  private final BitSet[] batchesOf;

  /** Each batch's busiest rank and its ranks' squares: now, and before what is being tried. */
  private final double[] busiest;

  private final double[] squaresOf;
  private final double[] busiestBefore;
  private final double[] squaresBefore;

  private double largest;
  private double squares;

  /**
   * A search that starts from a row.
   *
   * @param active the experts that each batch activates
   * @param row the expert of each slot; changed
   */
  LayerSearch(Cluster cluster, int experts, int[][] active, int[] row) {
    this.row = row;
    this.layout = cluster.layout();
    this.rankOf = layout.rankOfSlots();
    this.used =
        IntStream.range(0, row.length).filter(slot -> row[slot] != Placement.EMPTY).toArray();
    this.experts = experts;
    this.active = active;
    this.ranksOf = new int[experts][];
    double[] slowness = new double[cluster.ranks()];
    Arrays.setAll(slowness, rank -> 1 / cluster.speed(rank));
    this.speed = Arrays.stream(cluster.ranksWithSlots()).mapToDouble(cluster::speed).sum();
    this.pick = new ReplicaPick(ranksOf, slowness);
    Arrays.fill(ranksOf, new int[0]);
    for (int slot : used) {
      add(row[slot], rankOf[slot]);
    }
    this.batchesOf = new BitSet[experts];
    Arrays.setAll(batchesOf, expert -> new BitSet(active.length));
    for (int batch = 0; batch < active.length; batch++) {
      for (int expert : active[batch]) {
        batchesOf[expert].set(batch);
      }
    }
    this.busiest = new double[active.length];
    this.squaresOf = new double[active.length];
    this.busiestBefore = new double[active.length];
    this.squaresBefore = new double[active.length];
    BitSet all = new BitSet(active.length);
    all.set(0, active.length);
    weigh(all);
  }

  /** The busiest ranks' work, summed over batches. */
  double largest() {
    return largest;
  }

  /** The work of each rank if all had the same, summed over batches. */
  double mean() {
    double sum = 0;
    for (int[] batch : active) {
      sum += batch.length / speed;
    }
    return sum;
  }

  /** The expert of each slot, ascending on each rank. */
  int[] row() {
    int from = 0;
    for (int slot = 1; slot <= row.length; slot++) {
      if (slot == row.length || rankOf[slot] != rankOf[from]) {
        Arrays.sort(row, from, slot);
        from = slot;
      }
    }
    return row;
  }

  /** Serves some batches anew. */
  private void weigh(BitSet changed) {
    for (int batch = changed.nextSetBit(0); batch >= 0; batch = changed.nextSetBit(batch + 1)) {
      busiestBefore[batch] = busiest[batch];
      squaresBefore[batch] = squaresOf[batch];
      pick.serve(active[batch]);
      busiest[batch] = pick.busiest();
      squaresOf[batch] = pick.squares();
    }
    sumUp();
  }

  private void restore(BitSet changed) {
    for (int batch = changed.nextSetBit(0); batch >= 0; batch = changed.nextSetBit(batch + 1)) {
      busiest[batch] = busiestBefore[batch];
      squaresOf[batch] = squaresBefore[batch];
    }
    sumUp();
  }

  /** All in one order, or rounding would depend on what was tried before. */
  private void sumUp() {
    largest = 0;
    squares = 0;
    for (int batch = 0; batch < busiest.length; batch++) {
      largest += busiest[batch];
      squares += squaresOf[batch];
    }
  }

  /** Tries so many changes, drawn anew. */
  void run(long tries) {
    SplittableRandom random = new SplittableRandom(SEED);
    double bound = mean();
    for (long i = 0; i < tries && largest > bound; i++) {
      int slot = used[random.nextInt(used.length)];
      boolean isSpare = ranksOf[row[slot]].length > 1;
      if (isSpare && random.nextBoolean()) {
        tryReplacement(slot, random.nextInt(experts));
      } else {
        tryExchange(slot, used[random.nextInt(used.length)]);
      }
    }
  }

  private void tryExchange(int slot, int other) {
    int expert = row[slot];
    int otherExpert = row[other];
    boolean isAllowed =
        rankOf[slot] != rankOf[other]
            && !holds(otherExpert, rankOf[slot])
            && !holds(expert, rankOf[other]);
    if (isAllowed) {
      boolean wereSingle = areSingle(expert, otherExpert);
      put(slot, otherExpert);
      put(other, expert);
      if (!isKept(changed(expert, otherExpert, wereSingle && areSingle(expert, otherExpert)))) {
        put(slot, expert);
        put(other, otherExpert);
      }
    }
  }

  private void tryReplacement(int slot, int expert) {
    int former = row[slot];
    if (!holds(expert, rankOf[slot])) {
      put(slot, expert);
      if (!isKept(changed(expert, former, false))) {
        put(slot, former);
      }
    }
  }

  private boolean areSingle(int expert, int other) {
    return ranksOf[expert].length == 1 && ranksOf[other].length == 1;
  }

  /**
   * The batches for which something changed: those that activate one of the experts. If each of
   * them only went to the other's rank, a batch that activates both gives every rank as many as
   * before.
   */
  private BitSet changed(int expert, int other, boolean changedPlaces) {
    BitSet changed = (BitSet) batchesOf[expert].clone();
    if (changedPlaces) {
      changed.xor(batchesOf[other]);
    } else {
      changed.or(batchesOf[other]);
    }
    return changed;
  }

  /** Weighs a change; what was before is remembered where the change is not kept. */
  private boolean isKept(BitSet changed) {
    double before = largest;
    double beforeSquares = squares;
    weigh(changed);
    if (largest < before || (largest == before && squares <= beforeSquares)) {
      return true;
    }
    restore(changed);
    return false;
  }

  private boolean holds(int expert, int rank) {
    return Arrays.binarySearch(ranksOf[expert], rank) >= 0;
  }

  private void put(int slot, int expert) {
    int rank = rankOf[slot];
    int former = row[slot];
    row[slot] = expert;
    if (!isStillThere(former, rank)) {
      ranksOf[former] = Arrays.stream(ranksOf[former]).filter(r -> r != rank).toArray();
    }
    add(expert, rank);
  }

  /** A rank with more slots than experts may hold one twice. */
  private boolean isStillThere(int expert, int rank) {
    int first = layout.firstSlot(rank);
    for (int slot = first; slot < first + layout.slotsOf(rank); slot++) {
      if (row[slot] == expert) {
        return true;
      }
    }
    return false;
  }

  private void add(int expert, int rank) {
    if (!holds(expert, rank)) {
      int[] ranks = Arrays.copyOf(ranksOf[expert], ranksOf[expert].length + 1);
      ranks[ranks.length - 1] = rank;
      Arrays.sort(ranks);
      ranksOf[expert] = ranks;
    }
  }
}

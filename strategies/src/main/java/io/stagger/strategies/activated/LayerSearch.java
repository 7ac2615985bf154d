package io.stagger.strategies.activated;

import io.stagger.api.Cluster;
import io.stagger.api.Placement;
import java.util.Arrays;
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
  private final int[] rankOf;
  private final int[] used;
  private final int experts;
  private final int[][] active;
  private final int[][] ranksOf;
  private final double speed;
  private final ReplicaPick pick;
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
    this.rankOf = cluster.layout().rankOfSlots();
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
    weigh();
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

  private void weigh() {
    largest = 0;
    squares = 0;
    for (int[] batch : active) {
      pick.serve(batch);
      largest += pick.busiest();
      squares += pick.squares();
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
      put(slot, otherExpert);
      put(other, expert);
      if (!isKept()) {
        put(slot, expert);
        put(other, otherExpert);
      }
    }
  }

  private void tryReplacement(int slot, int expert) {
    int former = row[slot];
    if (!holds(expert, rankOf[slot])) {
      put(slot, expert);
      if (!isKept()) {
        put(slot, former);
      }
    }
  }

  /** Weighs the change; what it was before is remembered where the change is not kept. */
  private boolean isKept() {
    double before = largest;
    double beforeSquares = squares;
    weigh();
    if (largest < before || (largest == before && squares <= beforeSquares)) {
      return true;
    }
    largest = before;
    squares = beforeSquares;
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
    for (int slot : used) {
      if (rankOf[slot] == rank && row[slot] == expert) {
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

package io.stagger.strategies.balanced;

/**
 * Graham's longest-processing-time rule: the heaviest replica first, each to the rank that will be
 * done first, among those with room that do not hold the expert; equals: the lowest rank.
 *
 * <p>Keeps its scratch between calls: not thread-safe.
 */
final class Deal {

  private final Packing packing;
  private final boolean equallyFast;

  /** The ranks with room; the one with the least load is first. */
  private final int[] heap;

  private final int[] taken;
  private int size;

  Deal(Packing packing) {
    this.packing = packing;
    this.heap = new int[packing.ranks];
    this.taken = new int[packing.ranks];
    boolean equal = true;
    for (int rank = 1; rank < packing.ranks; rank++) {
      equal &= packing.slowness[rank] == packing.slowness[0];
    }
    this.equallyFast = equal;
  }

  /**
   * Fills the packing. Where the ranks with room are fewer than an expert's replicas, the replicas
   * that are left over become replicas of other experts.
   *
   * @param heaviestFirst all experts, in descending order of their shares
   */
  void deal(int[] heaviestFirst) {
    packing.clear();
    size = packing.ranks;
    for (int rank = 0; rank < size; rank++) {
      heap[rank] = rank;
    }
    for (int expert : heaviestFirst) {
      dealReplicas(expert);
    }
    for (int rank = 0; rank < packing.ranks; rank++) {
      while (packing.hasRoom(rank)) {
        packing.addFurther(heaviestWithout(rank), rank);
      }
    }
    packing.complete();
  }

  private void dealReplicas(int expert) {
    int replicas = Math.min(packing.count[expert], size);
    if (replicas < packing.count[expert]) {
      packing.count[expert] = replicas;
      packing.share[expert] = packing.weight[expert] / replicas;
    }
    for (int i = 0; i < replicas; i++) {
      taken[i] = takeRank(packing.share[expert]);
    }
    for (int i = 0; i < replicas; i++) {
      packing.add(expert, taken[i]);
      if (packing.hasRoom(taken[i])) {
        giveBack(taken[i]);
      }
    }
  }

  private int heaviestWithout(int rank) {
    int heaviest = Packing.NONE;
    for (int expert = 0; expert < packing.experts; expert++) {
      boolean heavier = heaviest == Packing.NONE || packing.share[expert] > packing.share[heaviest];
      if (heavier && !packing.holds(rank, expert)) {
        heaviest = expert;
      }
    }
    return heaviest;
  }

  private int takeRank(double share) {
    int at = equallyFast ? 0 : firstDone(share);
    int rank = heap[at];
    heap[at] = heap[--size];
    if (at == 0) {
      siftDown(heap[0]);
    }
    return rank;
  }

  /** With unequal speeds no order of the ranks serves every share; all are looked at. */
  private int firstDone(double share) {
    int first = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < size; i++) {
      int rank = heap[i];
      double done = (packing.load[rank] + share) * packing.slowness[rank];
      if (done < least || (done == least && rank < heap[first])) {
        least = done;
        first = i;
      }
    }
    return first;
  }

  private void giveBack(int rank) {
    int at = size++;
    while (at > 0 && isBefore(rank, heap[(at - 1) / 2])) {
      heap[at] = heap[(at - 1) / 2];
      at = (at - 1) / 2;
    }
    heap[at] = rank;
  }

  private void siftDown(int rank) {
    int at = 0;
    for (int child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && isBefore(heap[child + 1], heap[child])) {
        child++;
      }
      if (isBefore(rank, heap[child])) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = rank;
  }

  private boolean isBefore(int one, int other) {
    double load = packing.load[one];
    double otherLoad = packing.load[other];
    return load < otherLoad || (load == otherLoad && one < other);
  }
}

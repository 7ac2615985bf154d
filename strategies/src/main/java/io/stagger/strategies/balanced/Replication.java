package io.stagger.strategies.balanced;

import java.util.Arrays;

/**
 * Gives the slots that are to spare, one by one, to the expert whose replicas then carry the most;
 * equals: the lowest id; at most one a rank. No other counts make the heaviest replica lighter.
 *
 * <p>Keeps its scratch between calls: not thread-safe.
 */
final class Replication {

  private final int[] heap;

  /** The replicated experts that may have more, heaviest replica first. */
  private int size;

  private final Packing packing;

  Replication(Packing packing) {
    this.packing = packing;
    this.heap = new int[packing.experts];
  }

  /**
   * Sets the packing's counts and shares.
   *
   * @param heaviestFirst all experts
   * @return how many experts were considered: these come first in the order, and no others have
   *     replicas
   */
  int replicate(int[] heaviestFirst) {
    start();
    return shareOut(heaviestFirst, 0, packing.slots() - packing.experts);
  }

  /**
   * Sets the packing's counts and shares, the heaviest expert's count being given.
   *
   * @param heaviestCount at most one a rank, and such that every other expert has a slot
   */
  int replicate(int[] heaviestFirst, int heaviestCount) {
    start();
    int heaviest = heaviestFirst[0];
    packing.count[heaviest] = heaviestCount;
    packing.share[heaviest] = packing.weight[heaviest] / heaviestCount;
    return shareOut(heaviestFirst, 1, packing.slots() - packing.experts + 1 - heaviestCount);
  }

  private void start() {
    Arrays.fill(packing.count, 1);
    System.arraycopy(packing.weight, 0, packing.share, 0, packing.experts);
    size = 0;
  }

  private int shareOut(int[] heaviestFirst, int from, int spare) {
    int replicated = from;
    for (int i = 0; i < spare; i++) {
      boolean another =
          replicated < packing.experts
              && (size == 0 || isBefore(heaviestFirst[replicated], heap[0]));
      if (another) {
        append(heaviestFirst[replicated++]);
      } else if (size > 0) {
        addToFirst();
      }
    }
    return replicated;
  }

  private void append(int expert) {
    addReplica(expert);
    if (packing.count[expert] == packing.ranks) {
      return;
    }
    int at = size++;
    while (at > 0 && isBefore(expert, heap[(at - 1) / 2])) {
      heap[at] = heap[(at - 1) / 2];
      at = (at - 1) / 2;
    }
    heap[at] = expert;
  }

  private void addToFirst() {
    addReplica(heap[0]);
    if (packing.count[heap[0]] == packing.ranks) {
      heap[0] = heap[--size];
    }
    siftDown(heap[0]);
  }

  private void siftDown(int expert) {
    int at = 0;
    for (int child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && isBefore(heap[child + 1], heap[child])) {
        child++;
      }
      if (isBefore(expert, heap[child])) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = expert;
  }

  private void addReplica(int expert) {
    packing.count[expert]++;
    packing.share[expert] = packing.weight[expert] / packing.count[expert];
  }

  private boolean isBefore(int one, int other) {
    double share = packing.share[one];
    double otherShare = packing.share[other];
    return share > otherShare || (share == otherShare && one < other);
  }
}

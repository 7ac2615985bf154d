package io.stagger.api;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidClusterException;
import java.util.Arrays;

/**
 * How a layer's slots lie on the ranks: slots are numbered rank-major, so that rank {@code r} holds
 * the slots {@code firstSlot(r) .. firstSlot(r) + slotsOf(r) - 1}. Ranks may differ in how many
 * slots they have, and may have none.
 */
public final class SlotLayout {

  /** The most ranks that a layout may have. */
  public static final int MAX_RANKS = 65_536;

  /** The most slots that a layout may have. */
  public static final int MAX_SLOTS = 1 << 24;

  private final int[] firstSlot;

  private SlotLayout(int[] firstSlot) {
    this.firstSlot = firstSlot;
  }

  /**
   * A layout from the number of slots of each rank.
   *
   * @param slotsPerRank slots of rank 0, 1, ...; each at least 0
   * @throws InvalidClusterException if there is no rank, a negative count, or too many slots
   */
  public static SlotLayout of(int... slotsPerRank) {
    if (slotsPerRank.length == 0 || slotsPerRank.length > MAX_RANKS) {
      throw new InvalidClusterException(
          Diagnosis.of(slotsPerRank.length + " ranks", "cluster")
              .expecting("between 1 and " + MAX_RANKS + " ranks"));
    }
    int[] first = new int[slotsPerRank.length + 1];
    for (int rank = 0; rank < slotsPerRank.length; rank++) {
      int count = slotsPerRank[rank];
      if (count < 0 || count > MAX_SLOTS - first[rank]) {
        throw new InvalidClusterException(
            Diagnosis.of(count + " slots", "cluster, rank " + rank)
                .expecting("a count from 0, at most " + MAX_SLOTS + " over all ranks"));
      }
      first[rank + 1] = first[rank] + count;
    }
    return new SlotLayout(first);
  }

  /**
   * A layout that spreads slots as evenly as possible: the first {@code slots % ranks} ranks have
   * one more.
   *
   * @throws InvalidClusterException if {@code ranks < 1} or {@code slots < 0}, or either is too big
   */
  public static SlotLayout even(int ranks, int slots) {
    if (ranks < 1 || ranks > MAX_RANKS || slots < 0) {
      throw new InvalidClusterException(
          Diagnosis.of(ranks + " ranks with " + slots + " slots", "cluster")
              .expecting("between 1 and " + MAX_RANKS + " ranks, and slots from 0"));
    }
    int[] counts = new int[ranks];
    for (int rank = 0; rank < ranks; rank++) {
      counts[rank] = slots / ranks + (rank < slots % ranks ? 1 : 0);
    }
    return of(counts);
  }

  /** The number of ranks, at least 1. */
  public int ranks() {
    return firstSlot.length - 1;
  }

  /** The number of slots of a layer over all ranks. */
  public int slots() {
    return firstSlot[ranks()];
  }

  /** The lowest slot of a rank; for a rank without slots, the lowest slot of the ranks after it. */
  public int firstSlot(int rank) {
    return firstSlot[rank];
  }

  /** How many slots a rank has. */
  public int slotsOf(int rank) {
    return firstSlot[rank + 1] - firstSlot[rank];
  }

  /**
   * The rank that a slot lies on.
   *
   * @throws IndexOutOfBoundsException if {@code slot} is not in {@code 0 .. slots() - 1}
   */
  public int rankOf(int slot) {
    if (slot < 0 || slot >= slots()) {
      throw new IndexOutOfBoundsException("slot " + slot + " of " + slots());
    }
    int at = Arrays.binarySearch(firstSlot, slot);
    if (at < 0) {
      return -at - 2;
    }
    // Ranks without slots share their first slot with the rank that really holds it: the last.
    while (firstSlot[at + 1] == slot) {
      at++;
    }
    return at;
  }

  /** The position of a slot on its rank, from 0. */
  public int localSlot(int slot) {
    return slot - firstSlot[rankOf(slot)];
  }

  /** Slots of rank 0, 1, ...; the caller's own copy. */
  public int[] slotsPerRank() {
    int[] counts = new int[ranks()];
    for (int rank = 0; rank < counts.length; rank++) {
      counts[rank] = slotsOf(rank);
    }
    return counts;
  }

  /** The rank of each slot, in slot order; the caller's own copy. */
  public int[] rankOfSlots() {
    int[] rankOf = new int[slots()];
    for (int rank = 0; rank < ranks(); rank++) {
      Arrays.fill(rankOf, firstSlot[rank], firstSlot[rank + 1], rank);
    }
    return rankOf;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SlotLayout that && Arrays.equals(firstSlot, that.firstSlot);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(firstSlot);
  }

  @Override
  public String toString() {
    return "SlotLayout" + Arrays.toString(slotsPerRank());
  }
}

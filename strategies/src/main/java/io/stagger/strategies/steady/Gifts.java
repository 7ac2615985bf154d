package io.stagger.strategies.steady;

import io.stagger.api.Placement;
import java.util.Arrays;

/**
 * Which experts the ranks of an exchange give away, from which slots, and how much of a rank's free
 * load goes with each: negative for a rank that is too busy. A gift of load {@code w} with {@code
 * f} free makes a room of {@code w + f} for what comes instead.
 *
 * <p>Not thread-safe.
 */
final class Gifts {

  final int[] slot;
  final double[] free;

  private final Holding holding;
  private final boolean[] given;
  private final int[] ofRank;
  private int many;

  Gifts(Holding holding) {
    this.holding = holding;
    this.slot = new int[holding.slots];
    this.free = new double[holding.slots];
    this.given = new boolean[holding.slots];
    this.ofRank = new int[holding.ranks];
  }

  int many() {
    return many;
  }

  void clear() {
    Arrays.fill(given, false);
    Arrays.fill(ofRank, 0);
    many = 0;
  }

  void add(int from, double part) {
    slot[many] = from;
    free[many++] = part;
    given[from] = true;
    ofRank[holding.rankOf[from]]++;
  }

  /** Gives from another slot of the same rank. */
  void change(int gift, int from) {
    given[slot[gift]] = false;
    given[from] = true;
    slot[gift] = from;
  }

  /** Gives from these slots again; the ranks are the same. */
  void restore(int[] slots) {
    for (int gift = 0; gift < many; gift++) {
      given[slot[gift]] = false;
    }
    System.arraycopy(slots, 0, slot, 0, many);
    for (int gift = 0; gift < many; gift++) {
      given[slot[gift]] = true;
    }
  }

  boolean givesNothing(int rank) {
    return ofRank[rank] == 0;
  }

  boolean isGiven(int from) {
    return given[from];
  }

  /** Whether a slot could be given from as well. */
  boolean isOpen(int from) {
    return !given[from] && holding.expert[from] != Placement.EMPTY;
  }

  double load(int gift) {
    return holding.share[holding.expert[slot[gift]]];
  }

  double room(int gift) {
    return load(gift) + free[gift];
  }

  int rank(int gift) {
    return holding.rankOf[slot[gift]];
  }

  int expert(int gift) {
    return holding.expert[slot[gift]];
  }
}

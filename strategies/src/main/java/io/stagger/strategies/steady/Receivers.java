package io.stagger.strategies.steady;

/**
 * Who receives which gift: the heaviest goes where there is most room, which leaves the least too
 * much; but no rank receives an expert that it keeps, or the same one twice.
 *
 * <p>Keeps its scratch between calls: not thread-safe.
 */
final class Receivers {

  private final Holding holding;
  private final Gifts gifts;

  /** The gifts by descending load, and those whose places they take, by descending room. */
  private final int[] byLoad;

  private final int[] byRoom;
  private final int[] into;
  private final int[] wanted;

  Receivers(Holding holding, Gifts gifts) {
    this.holding = holding;
    this.gifts = gifts;
    this.byLoad = new int[holding.slots];
    this.byRoom = new int[holding.slots];
    this.into = new int[holding.slots];
    this.wanted = new int[holding.slots];
  }

  /** Finds the receivers; false if there are none that may receive everything. */
  boolean find() {
    for (int gift = 0; gift < gifts.many(); gift++) {
      insertByLoad(gift);
      insertByRoom(gift);
    }
    for (int i = 0; i < gifts.many(); i++) {
      if (clashes(i, i) && !exchange(i)) {
        return false;
      }
    }
    for (int i = 0; i < gifts.many(); i++) {
      if (clashes(i, i)) {
        return false;
      }
    }
    return true;
  }

  /** Gives every gift to its receiver. */
  void apply() {
    for (int i = 0; i < gifts.many(); i++) {
      into[i] = gifts.slot[byRoom[i]];
      wanted[i] = gifts.expert(byLoad[i]);
    }
    holding.rearrange(into, wanted, gifts.many());
  }

  private void insertByLoad(int gift) {
    int at = gift;
    while (at > 0 && gifts.load(byLoad[at - 1]) < gifts.load(gift)) {
      byLoad[at] = byLoad[at - 1];
      at--;
    }
    byLoad[at] = gift;
  }

  private void insertByRoom(int gift) {
    int at = gift;
    while (at > 0 && gifts.room(byRoom[at - 1]) < gifts.room(gift)) {
      byRoom[at] = byRoom[at - 1];
      at--;
    }
    byRoom[at] = gift;
  }

  /** Whether the {@code i}-th heaviest must not go to the {@code j}-th roomiest. */
  private boolean clashes(int i, int j) {
    int expert = gifts.expert(byLoad[i]);
    int rank = gifts.rank(byRoom[j]);
    for (int slot = holding.first[rank]; slot < holding.first[rank + 1]; slot++) {
      if (holding.expert[slot] == expert && !gifts.isGiven(slot)) {
        return true;
      }
    }
    for (int k = 0; k < gifts.many(); k++) {
      if (k != i && k != j && gifts.rank(byRoom[k]) == rank && gifts.expert(byLoad[k]) == expert) {
        return true;
      }
    }
    return false;
  }

  /** Exchanges a receiver for the one of another gift that leaves the least too much. */
  private boolean exchange(int i) {
    int best = Holding.NONE;
    double least = Double.POSITIVE_INFINITY;
    for (int j = 0; j < gifts.many(); j++) {
      if (j != i && !clashes(i, j) && !clashes(j, i)) {
        double tooMuch = Math.max(tooMuch(i, j), tooMuch(j, i));
        if (tooMuch < least) {
          least = tooMuch;
          best = j;
        }
      }
    }
    if (best == Holding.NONE) {
      return false;
    }
    int receiver = byRoom[i];
    byRoom[i] = byRoom[best];
    byRoom[best] = receiver;
    return true;
  }

  private double tooMuch(int i, int j) {
    return gifts.load(byLoad[i]) - gifts.room(byRoom[j]);
  }
}

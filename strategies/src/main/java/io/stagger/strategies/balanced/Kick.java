package io.stagger.strategies.balanced;

/**
 * Makes a few exchanges at random, so that a search that has come to its end can go on from near
 * where it was (iterated local search: H. R. Lourenco, O. C. Martin, T. Stuetzle, Handbook of
 * Metaheuristics, 2003). The numbers are those of D. Knuth's MMIX generator, the same every time.
 *
 * <p>Not thread-safe.
 */
final class Kick {

  private static final int EXCHANGES = 3;
  private static final long MULTIPLIER = 6364136223846793005L;
  private static final long INCREMENT = 1442695040888963407L;

  private final Packing packing;
  private long state;

  Kick(Packing packing) {
    this.packing = packing;
  }

  /** Begins the series of numbers anew. */
  void start() {
    state = 1;
  }

  /** Changes the packing. */
  void kick() {
    for (int i = 0; i < EXCHANGES; i++) {
      int replica = draw(packing.slots());
      if (packing.count[packing.expertOf[replica]] > 1 && draw(2) == 0) {
        retype(replica, draw(packing.experts));
      } else {
        exchange(replica, draw(packing.slots()));
      }
    }
    packing.orderRanks();
  }

  private int draw(int below) {
    state = state * MULTIPLIER + INCREMENT;
    return (int) ((state >>> 33) % below);
  }

  private void retype(int replica, int expert) {
    if (!packing.holds(packing.rankOf[replica], expert)) {
      packing.retype(replica, expert);
    }
  }

  private void exchange(int replica, int other) {
    int rank = packing.rankOf[replica];
    int otherRank = packing.rankOf[other];
    if (!packing.holds(otherRank, packing.expertOf[replica])
        && !packing.holds(rank, packing.expertOf[other])) {
      packing.swap(packing.slotOf(replica), rank, packing.slotOf(other), otherRank);
    }
  }
}

package io.stagger.strategies.balanced;

/**
 * Finds the change of replica counts that relieves a busy rank best: one replica becomes one of
 * another expert, in its slot. Either an expert of the busy rank gets a replica elsewhere, or a
 * replica on the busy rank becomes a lighter one.
 */
final class Retypes {

  private final Packing packing;
  private final Budget budget;
  private final Rest rest;

  private double work;
  private int replica;
  private int expert;

  Retypes(Packing packing, Budget budget, Rest rest) {
    this.packing = packing;
    this.budget = budget;
    this.rest = rest;
  }

  /**
   * Looks for a change.
   *
   * @param rank the rank to relieve
   * @param below the work that all ranks whose load changes must stay below
   */
  boolean find(int rank, double below) {
    work = below;
    replica = Packing.NONE;
    for (int slot = packing.first[rank]; slot < packing.first[rank + 1]; slot++) {
      spread(packing.expertAt(slot), rank);
      replace(slot, rank);
    }
    return replica != Packing.NONE;
  }

  /** The work of the busiest rank whose load changes, after the change that was found. */
  double work() {
    return work;
  }

  /** Lets the replica of the change that was found rest for a while. */
  void rest() {
    rest.of(replica);
  }

  void apply() {
    packing.retype(replica, expert);
  }

  /** A further replica of an expert of the busy rank, in place of a spare one on another rank. */
  private void spread(int wanted, int busy) {
    if (packing.count[wanted] == packing.ranks) {
      return;
    }
    for (int donor = 0; donor < packing.experts; donor++) {
      if (packing.count[donor] > 1 && donor != wanted) {
        for (int r = packing.head[donor]; r != Packing.NONE; r = packing.next[r]) {
          if (packing.rankOf[r] != busy && !packing.holds(packing.rankOf[r], wanted)) {
            tryRetype(r, wanted);
          }
        }
      }
    }
    budget.spend(packing.experts / 16);
  }

  /** Another expert in place of a spare replica on the busy rank. */
  private void replace(int slot, int busy) {
    if (packing.count[packing.expertAt(slot)] == 1) {
      return;
    }
    for (int other = 0; other < packing.experts; other++) {
      double shareThen = packing.weight[other] / (packing.count[other] + 1);
      if (shareThen < packing.shareAt[slot] && !packing.holds(busy, other)) {
        tryRetype(packing.replicaAt[slot], other);
      }
    }
    budget.spend(packing.experts / 16);
  }

  private void tryRetype(int candidate, int other) {
    budget.spend(2);
    if (!rest.rests(candidate)) {
      double after = workAfter(candidate, other);
      if (after < work) {
        work = after;
        replica = candidate;
        expert = other;
      }
    }
  }

  /** The busiest of the ranks whose loads change; infinite if it is not better than the best. */
  private double workAfter(int candidate, int other) {
    int former = packing.expertOf[candidate];
    int rank = packing.rankOf[candidate];
    double more = packing.weight[former] / (packing.count[former] - 1) - packing.share[former];
    double less = packing.weight[other] / (packing.count[other] + 1) - packing.share[other];
    double load = packing.load[rank] - packing.share[former] + packing.share[other] + less;
    double busiest = load * packing.slowness[rank];
    for (int r = packing.head[former]; r != Packing.NONE && busiest < work; r = packing.next[r]) {
      if (r != candidate) {
        int holder = packing.rankOf[r];
        load = packing.load[holder] + more + (packing.holds(holder, other) ? less : 0);
        busiest = Math.max(busiest, load * packing.slowness[holder]);
      }
    }
    for (int r = packing.head[other]; r != Packing.NONE && busiest < work; r = packing.next[r]) {
      int holder = packing.rankOf[r];
      load = packing.load[holder] + less + (packing.holds(holder, former) ? more : 0);
      busiest = Math.max(busiest, load * packing.slowness[holder]);
    }
    return busiest < work ? busiest : Double.POSITIVE_INFINITY;
  }
}

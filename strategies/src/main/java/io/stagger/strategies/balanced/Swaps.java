package io.stagger.strategies.balanced;

/**
 * Finds the exchange of two replicas that relieves a busy rank best: after it, the busier of the
 * two ranks is as idle as it can be.
 */
final class Swaps {

  private final Packing packing;
  private final Budget budget;
  private final Rest rest;

  private int busy;
  private double work;
  private int slot;
  private int otherSlot;
  private int otherRank;

  Swaps(Packing packing, Budget budget, Rest rest) {
    this.packing = packing;
    this.budget = budget;
    this.rest = rest;
  }

  /**
   * Looks for an exchange, first with the idlest ranks.
   *
   * @param rank the rank to relieve
   * @param below the work that both ranks must stay below
   * @param enough work at which the search ends, as there is no need for better
   */
  boolean find(int rank, double below, double enough) {
    busy = rank;
    work = below;
    slot = Packing.NONE;
    for (int i = packing.ranks - 1; i >= 0 && work > enough; i--) {
      tryPartner(packing.busiestFirst[i]);
    }
    return slot != Packing.NONE;
  }

  /** The work of the busier of the two ranks after the exchange that was found. */
  double work() {
    return work;
  }

  /** Lets the two replicas of the exchange that was found rest for a while. */
  void rest() {
    rest.of(packing.replicaAt[slot]);
    rest.of(packing.replicaAt[otherSlot]);
  }

  void apply() {
    packing.swap(slot, busy, otherSlot, otherRank);
  }

  /** Both ranks in ascending order, the best partner of each replica moves on with it. */
  private void tryPartner(int partner) {
    double slow = packing.slowness[busy];
    double otherSlow = packing.slowness[partner];
    double loads = packing.load[busy] + packing.load[partner];
    if (partner == busy || loads * (slow * otherSlow / (slow + otherSlow)) >= work) {
      return;
    }
    double wanted =
        (packing.load[busy] * slow - packing.load[partner] * otherSlow) / (slow + otherSlow);
    int low = packing.first[partner];
    int end = packing.first[partner + 1];
    int other = low;
    for (int own = packing.first[busy]; own < packing.first[busy + 1]; own++) {
      double fitting = packing.shareAt[own] - wanted;
      while (other < end && packing.shareAt[other] < fitting) {
        other++;
      }
      if (other < end) {
        tryExchange(own, partner, other);
      }
      if (other > low) {
        tryExchange(own, partner, other - 1);
      }
    }
    budget.spend(packing.first[busy + 1] - packing.first[busy] + end - low);
  }

  private void tryExchange(int own, int partner, int other) {
    double moved = packing.shareAt[own] - packing.shareAt[other];
    double after =
        Math.max(
            (packing.load[busy] - moved) * packing.slowness[busy],
            (packing.load[partner] + moved) * packing.slowness[partner]);
    if (after < work && isAllowed(own, partner, other)) {
      work = after;
      slot = own;
      otherSlot = other;
      otherRank = partner;
    }
  }

  private boolean isAllowed(int own, int partner, int other) {
    int expert = packing.expertAt(own);
    int otherExpert = packing.expertAt(other);
    return expert != otherExpert
        && !rest.rests(packing.replicaAt[own])
        && !rest.rests(packing.replicaAt[other])
        && (packing.count[expert] == 1 || !packing.holds(partner, expert))
        && (packing.count[otherExpert] == 1 || !packing.holds(busy, otherExpert));
  }
}

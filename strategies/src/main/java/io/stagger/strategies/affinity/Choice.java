package io.stagger.strategies.affinity;

/**
 * Which replica serves each expert of a token, so that the token visits few ranks: experts with one
 * replica leave no choice; those with a replica on a rank that is visited anyway are served there;
 * for the rest, the rank that serves most of them is visited as well, and so on. Where ranks are
 * equally good, nets take turns. A runtime's replica policy can do the same token by token.
 *
 * <p>Keeps its scratch between calls: not thread-safe.
 */
final class Choice {

  private static final int NONE = -1;

  private final Nets nets;
  private final Holding holding;
  private final int[] visitedIn;
  private final int[] serves;
  private final int[] left;
  private int turn;

  Choice(Nets nets, Holding holding) {
    this.nets = nets;
    this.holding = holding;
    this.visitedIn = new int[holding.slots.ranks];
    this.serves = new int[holding.slots.ranks];
    this.left = new int[nets.experts];
  }

  /**
   * Chooses.
   *
   * @param served receives the slot of each expert of the net, at the places of its pins
   */
  void choose(int net, int[] served) {
    turn++;
    boolean isFree = false;
    for (int i = nets.first[net]; i < nets.first[net + 1]; i++) {
      int expert = nets.pins[i];
      if (holding.count[expert] == 1) {
        serve(i, holding.holders[expert][0], served);
      } else {
        isFree = true;
      }
    }
    if (isFree) {
      int leftOver = serveWhereVisited(net, served);
      while (leftOver > 0) {
        leftOver = visitOneMore(net, leftOver, served);
      }
    }
  }

  private void serve(int pin, int slot, int[] served) {
    served[pin] = slot;
    visitedIn[holding.slots.rankOf[slot]] = turn;
  }

  private boolean isVisited(int slot) {
    return visitedIn[holding.slots.rankOf[slot]] == turn;
  }

  private int serveWhereVisited(int net, int[] served) {
    int leftOver = 0;
    for (int i = nets.first[net]; i < nets.first[net + 1]; i++) {
      if (holding.count[nets.pins[i]] > 1) {
        served[i] = visitedHolder(nets.pins[i], net);
        if (served[i] == NONE) {
          left[leftOver++] = i;
        }
      }
    }
    return leftOver;
  }

  private int visitedHolder(int expert, int net) {
    int hits = 0;
    int first = NONE;
    for (int h = 0; h < holding.count[expert]; h++) {
      if (isVisited(holding.holders[expert][h])) {
        first = hits == 0 ? holding.holders[expert][h] : first;
        hits++;
      }
    }
    if (hits <= 1) {
      return first;
    }
    int pick = net % hits;
    int h = 0;
    while (!isVisited(holding.holders[expert][h]) || pick-- > 0) {
      h++;
    }
    return holding.holders[expert][h];
  }

  private int visitOneMore(int net, int leftOver, int[] served) {
    int rank = bestRank(net, leftOver);
    int still = 0;
    for (int x = 0; x < leftOver; x++) {
      int slot = holding.slotOn(nets.pins[left[x]], rank);
      if (slot == Holding.NONE) {
        left[still++] = left[x];
      } else {
        serve(left[x], slot, served);
      }
    }
    return still;
  }

  private int bestRank(int net, int leftOver) {
    int most = 0;
    int ties = 0;
    for (int x = 0; x < leftOver; x++) {
      int expert = nets.pins[left[x]];
      for (int h = 0; h < holding.count[expert]; h++) {
        int rank = holding.slots.rankOf[holding.holders[expert][h]];
        int now = ++serves[rank];
        ties = now > most ? 1 : ties + (now == most ? 1 : 0);
        most = Math.max(most, now);
      }
    }
    int pick = net % ties;
    int best = NONE;
    for (int x = 0; x < leftOver; x++) {
      int expert = nets.pins[left[x]];
      for (int h = 0; h < holding.count[expert]; h++) {
        int rank = holding.slots.rankOf[holding.holders[expert][h]];
        if (serves[rank] == most && pick-- == 0) {
          best = rank;
        }
        serves[rank] = serves[rank] == most ? 0 : serves[rank];
      }
    }
    for (int x = 0; x < leftOver; x++) {
      int expert = nets.pins[left[x]];
      for (int h = 0; h < holding.count[expert]; h++) {
        serves[holding.slots.rankOf[holding.holders[expert][h]]] = 0;
      }
    }
    return best;
  }
}

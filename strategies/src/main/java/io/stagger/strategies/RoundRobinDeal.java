package io.stagger.strategies;

import io.stagger.api.Cluster;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import java.util.Arrays;

/** One deal of a layer's experts to the ranks; see {@link ZigzagStrategy} for the rules. */
final class RoundRobinDeal {

  private static final int NOBODY = -1;

  private final SlotLayout layout;
  private final int[] ranksUp;
  private final int experts;
  private final int[] row;

  /** How many slots of each rank are taken, from its lowest. */
  private final int[] taken;

  private int unfilled;

  /** Index in {@link #ranksUp} of the rank that is next in dealing order. */
  private int turn;

  RoundRobinDeal(Cluster cluster, int experts) {
    this.layout = cluster.layout();
    this.ranksUp = cluster.ranksUp();
    this.experts = experts;
    this.row = new int[layout.slots()];
    this.taken = new int[layout.ranks()];
    this.unfilled = cluster.usableSlots();
    Arrays.fill(row, Placement.EMPTY);
  }

  /** The expert of each slot, {@code [slots]}. */
  int[] dealAll() {
    int expert = dealToRanksWithout();
    while (unfilled > 0) {
      deal(expert, nextWithRoom());
      expert = (expert + 1) % experts;
    }
    return row;
  }

  /**
   * Deals experts to ranks that lack them, until no slot is left or all ranks with room hold all
   * experts. The first round deals every expert once, for no rank holds it as yet.
   *
   * @return the expert whose turn it then is
   */
  private int dealToRanksWithout() {
    int expert = 0;
    int passedOver = 0;
    while (unfilled > 0 && passedOver < experts) {
      int player = nextWithRoomWithout(expert);
      if (player == NOBODY) {
        passedOver++;
      } else {
        deal(expert, player);
        passedOver = 0;
      }
      expert = (expert + 1) % experts;
    }
    return expert;
  }

  private void deal(int expert, int player) {
    int rank = ranksUp[player];
    row[layout.firstSlot(rank) + taken[rank]] = expert;
    taken[rank]++;
    unfilled--;
    turn = (player + 1) % ranksUp.length;
  }

  private int nextWithRoom() {
    int player = turn;
    while (!hasRoom(ranksUp[player])) {
      player = (player + 1) % ranksUp.length;
    }
    return player;
  }

  private int nextWithRoomWithout(int expert) {
    for (int i = 0; i < ranksUp.length; i++) {
      int player = (turn + i) % ranksUp.length;
      if (hasRoom(ranksUp[player]) && !holds(ranksUp[player], expert)) {
        return player;
      }
    }
    return NOBODY;
  }

  private boolean hasRoom(int rank) {
    return taken[rank] < layout.slotsOf(rank);
  }

  private boolean holds(int rank, int expert) {
    int first = layout.firstSlot(rank);
    for (int slot = first; slot < first + taken[rank]; slot++) {
      if (row[slot] == expert) {
        return true;
      }
    }
    return false;
  }
}

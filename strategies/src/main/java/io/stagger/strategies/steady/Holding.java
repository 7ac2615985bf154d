package io.stagger.strategies.steady;

import io.stagger.api.Placement;
import java.util.Arrays;

/**
 * What the ranks of a layer hold, what they held before, and the load that this makes of each rank.
 *
 * <p>Ranks here are only those that count: up, and with slots; their slots are numbered one after
 * the other. A move is an expert on a rank that did not hold it before; where on the rank it lies
 * is of no account. No change gives a rank an expert twice, but what was twice there before may
 * stay. The fields are open to the searches of this package, which read them millions of times a
 * second; only the methods change them. Not thread-safe.
 */
final class Holding {

  /** What ends a chain of slots. */
  static final int NONE = -1;

  final int ranks;
  final int experts;
  final int slots;

  /** The slots of rank {@code r} are {@code first[r] .. first[r + 1] - 1}. */
  final int[] first;

  final int[] rankOf;
  final double[] speed;

  /** The load of each expert. */
  final double[] weight;

  /** The expert in each slot, or {@link Placement#EMPTY}. */
  final int[] expert;

  /** How many slots hold each expert. */
  final int[] count;

  /** The load of each replica of an expert. */
  final double[] share;

  /** The load of each rank. */
  final double[] load;

  /** Whether the expert in a slot was moved to its rank. */
  final boolean[] moved;

  /** One slot of each expert, the head of a chain of them, or {@link #NONE}. */
  final int[] head;

  /** The next slot of the same expert, or {@link #NONE}. */
  final int[] next;

  /** How often each rank held each expert before; shared by the holdings of a layer. */
  private char[] home;

  private int moves;

  /**
   * An empty holding.
   *
   * @param capacities how many slots each rank has, from 1
   * @param speeds how fast each rank is
   */
  Holding(int experts, int[] capacities, double[] speeds) {
    this.ranks = capacities.length;
    this.experts = experts;
    this.first = new int[ranks + 1];
    for (int rank = 0; rank < ranks; rank++) {
      first[rank + 1] = first[rank] + capacities[rank];
    }
    this.slots = first[ranks];
    this.rankOf = new int[slots];
    for (int rank = 0; rank < ranks; rank++) {
      Arrays.fill(rankOf, first[rank], first[rank + 1], rank);
    }
    this.speed = speeds.clone();
    this.weight = new double[experts];
    this.expert = new int[slots];
    this.count = new int[experts];
    this.share = new double[experts];
    this.load = new double[ranks];
    this.moved = new boolean[slots];
    this.head = new int[experts];
    this.next = new int[slots];
    this.home = new char[ranks * experts];
  }

  /**
   * Begins a layer: every rank holds what it held before.
   *
   * @param held the expert of each slot, or {@link Placement#EMPTY}
   * @param loads the load of each expert
   */
  void begin(int[] held, double[] loads) {
    System.arraycopy(loads, 0, weight, 0, experts);
    Arrays.fill(home, (char) 0);
    for (int slot = 0; slot < slots; slot++) {
      if (held[slot] != Placement.EMPTY) {
        home[rankOf[slot] * experts + held[slot]]++;
      }
    }
    reset(held);
  }

  /**
   * Holds something else, counting its moves from what the layer began with.
   *
   * @param held the expert of each slot, or {@link Placement#EMPTY}
   */
  void reset(int[] held) {
    System.arraycopy(held, 0, expert, 0, slots);
    Arrays.fill(head, NONE);
    Arrays.fill(count, 0);
    for (int slot = slots - 1; slot >= 0; slot--) {
      if (expert[slot] != Placement.EMPTY) {
        link(slot, expert[slot]);
      }
    }
    Arrays.fill(load, 0);
    for (int e = 0; e < experts; e++) {
      share[e] = count[e] == 0 ? 0 : weight[e] / count[e];
    }
    moves = 0;
    for (int slot = 0; slot < slots; slot++) {
      moved[slot] = expert[slot] != Placement.EMPTY && isFurther(slot);
      moves += moved[slot] ? 1 : 0;
      load[rankOf[slot]] += shareAt(slot);
    }
  }

  /** Whether the rank holds the expert up to this slot more often than it held it before. */
  private boolean isFurther(int slot) {
    int rank = rankOf[slot];
    int wanted = expert[slot];
    int times = 1;
    if (count[wanted] > 1) {
      for (int other = first[rank]; other < slot; other++) {
        times += expert[other] == wanted ? 1 : 0;
      }
    }
    return times > home[rank * experts + wanted];
  }

  /** Experts that were moved to a rank. */
  int moves() {
    return moves;
  }

  /** The time that the busiest rank takes. */
  double busiest() {
    double most = 0;
    for (int rank = 0; rank < ranks; rank++) {
      most = Math.max(most, load[rank] / speed[rank]);
    }
    return most;
  }

  boolean holds(int rank, int wanted) {
    for (int slot = head[wanted]; slot != NONE; slot = next[slot]) {
      if (rankOf[slot] == rank) {
        return true;
      }
    }
    return false;
  }

  /** Whether a rank held an expert before, so that its return is no move. */
  boolean wasHome(int rank, int wanted) {
    return home[rank * experts + wanted] > 0;
  }

  /** The load of what is in a slot; 0 for an empty one. */
  double shareAt(int slot) {
    return expert[slot] == Placement.EMPTY ? 0 : share[expert[slot]];
  }

  /** Whether a slot can hold something else, and every expert is still somewhere. */
  boolean isSpare(int slot) {
    return expert[slot] == Placement.EMPTY || count[expert[slot]] > 1;
  }

  /** Puts another expert, which the rank does not hold, in the place of what is in a slot. */
  void overwrite(int slot, int wanted) {
    int rank = rankOf[slot];
    int former = expert[slot];
    if (former != Placement.EMPTY) {
      unlink(slot, former);
      load[rank] -= share[former];
      shareAnew(former);
    }
    double unshared = share[wanted];
    link(slot, wanted);
    share[wanted] = unshared;
    load[rank] += unshared;
    shareAnew(wanted);
    settle(slot, wanted);
  }

  /**
   * Puts experts into slots whose experts are, all together, the same: nobody's share changes.
   *
   * @param into the slots, {@code [many]}
   * @param wanted what each receives, none of which its rank holds elsewhere, {@code [many]}
   */
  void rearrange(int[] into, int[] wanted, int many) {
    for (int i = 0; i < many; i++) {
      load[rankOf[into[i]]] -= share[expert[into[i]]];
      unlink(into[i], expert[into[i]]);
    }
    for (int i = 0; i < many; i++) {
      link(into[i], wanted[i]);
      load[rankOf[into[i]]] += share[wanted[i]];
      settle(into[i], wanted[i]);
    }
  }

  private void settle(int slot, int wanted) {
    expert[slot] = wanted;
    if (moved[slot]) {
      moves--;
    }
    moved[slot] = !wasHome(rankOf[slot], wanted);
    if (moved[slot]) {
      moves++;
    }
  }

  private void link(int slot, int wanted) {
    next[slot] = head[wanted];
    head[wanted] = slot;
    count[wanted]++;
  }

  private void unlink(int slot, int former) {
    count[former]--;
    if (head[former] == slot) {
      head[former] = next[slot];
      return;
    }
    int at = head[former];
    while (next[at] != slot) {
      at = next[at];
    }
    next[at] = next[slot];
  }

  private void shareAnew(int changed) {
    double now = count[changed] == 0 ? 0 : weight[changed] / count[changed];
    for (int slot = head[changed]; slot != NONE; slot = next[slot]) {
      load[rankOf[slot]] += now - share[changed];
    }
    share[changed] = now;
  }

  /** Becomes equal to another holding of the same layer and cluster. */
  void copyFrom(Holding other) {
    copy(other.weight, weight);
    copy(other.share, share);
    copy(other.load, load);
    copy(other.expert, expert);
    copy(other.count, count);
    copy(other.head, head);
    copy(other.next, next);
    System.arraycopy(other.moved, 0, moved, 0, slots);
    home = other.home;
    moves = other.moves;
  }

  private static void copy(int[] from, int[] to) {
    System.arraycopy(from, 0, to, 0, to.length);
  }

  private static void copy(double[] from, double[] to) {
    System.arraycopy(from, 0, to, 0, to.length);
  }
}

package io.stagger.strategies.affinity;

import java.util.Arrays;

/**
 * Which expert each slot of a layer holds, which slot serves each expert of each net, and what that
 * makes of visits and loads. No rank holds an expert twice. The fields are open to the searches of
 * this package, which read them often; only the methods change them. Not thread-safe.
 */
final class Holding {

  static final int NONE = -1;

  final RankSlots slots;
  final Nets nets;
  final int[] expertAt;

  /** How many replicas each expert has. */
  final int[] count;

  /** The slots of each expert, ascending; the first {@code count} of a row count. */
  final int[][] holders;

  /** The load of each rank. */
  final double[] load;

  final Spread ranks;
  final Spread nodes;

  private final double[] expertLoad;
  private final double nodeWeight;
  private final Choice choice;

  /** The slot that serves each pin of the nets. */
  private final int[] served;

  /** Whether a pin's token would visit a rank more without the slot that serves it. */
  private final boolean[] bound;

  /** Of the tokens that a slot serves, those that would visit a rank more without it. */
  private final double[] needed;

  private final int[] visitedIn;
  private int turn;

  /**
   * A layer's plan.
   *
   * @param expertLoad the load of each expert, {@code [experts]}
   * @param nodeWeight what a node visit costs, in rank visits
   * @param expertAt the expert of each slot; every expert has one, and no rank one twice
   */
  Holding(RankSlots slots, Nets nets, double[] expertLoad, double nodeWeight, int[] expertAt) {
    this.slots = slots;
    this.nets = nets;
    this.expertLoad = expertLoad;
    this.nodeWeight = slots.nodes > 1 ? nodeWeight : 0;
    this.expertAt = new int[slots.slots()];
    this.count = new int[slots.experts];
    this.holders = new int[slots.experts][];
    int most = Math.min(slots.ranks, slots.slots() - slots.experts + 1);
    Arrays.setAll(holders, expert -> new int[most]);
    this.load = new double[slots.ranks];
    this.ranks = new Spread(slots.ranks, slots.rankOf);
    this.nodes = new Spread(slots.nodes, slots.nodeOf);
    this.choice = new Choice(nets, this);
    this.served = new int[nets.pins.length];
    this.bound = new boolean[nets.pins.length];
    this.needed = new double[slots.slots()];
    this.visitedIn = new int[slots.ranks];
    set(expertAt);
  }

  /** Starts anew from other experts. */
  void set(int[] experts) {
    System.arraycopy(experts, 0, expertAt, 0, experts.length);
    Arrays.fill(count, 0);
    for (int slot = 0; slot < experts.length; slot++) {
      holders[experts[slot]][count[experts[slot]]++] = slot;
    }
    ranks.clear();
    nodes.clear();
    Arrays.fill(needed, 0);
    for (int net = 0; net < nets.count(); net++) {
      choice.choose(net, served);
      countNet(net, nets.weight[net]);
    }
    shareLoads();
  }

  private void countNet(int net, double tokens) {
    int from = nets.first[net];
    int to = nets.first[net + 1];
    ranks.count(served, from, to, tokens);
    if (nodeWeight > 0) {
      nodes.count(served, from, to, tokens);
    }
    markVisited(from, to);
    for (int i = from; i < to; i++) {
      int expert = nets.pins[i];
      if (tokens > 0) {
        bound[i] = count[expert] > 1 && isBound(i, expert, from, to);
      }
      if (bound[i]) {
        needed[served[i]] += tokens;
      }
    }
  }

  private void markVisited(int from, int to) {
    turn++;
    for (int i = from; i < to; i++) {
      visitedIn[slots.rankOf[served[i]]] = turn;
    }
  }

  /** Whether the rank is visited for others as well, and no other replica's rank is. */
  private boolean isBound(int pin, int expert, int from, int to) {
    for (int h = 0; h < count[expert]; h++) {
      int slot = holders[expert][h];
      if (slot != served[pin] && visitedIn[slots.rankOf[slot]] == turn) {
        return false;
      }
    }
    for (int i = from; i < to; i++) {
      if (i != pin && slots.rankOf[served[i]] == slots.rankOf[served[pin]]) {
        return true;
      }
    }
    return false;
  }

  /** An expert's load falls on its replicas as its tokens do; without tokens, equally. */
  private void shareLoads() {
    Arrays.fill(load, 0);
    for (int slot = 0; slot < expertAt.length; slot++) {
      load[slots.rankOf[slot]] += loadOf(slot);
    }
  }

  double loadOf(int slot) {
    int expert = expertAt[slot];
    double share =
        nets.chosen[expert] > 0 ? ranks.tokens(slot) / nets.chosen[expert] : 1.0 / count[expert];
    return expertLoad[expert] * share;
  }

  double expertLoad(int expert) {
    return expertLoad[expert];
  }

  /** The work of the busiest rank. */
  double busiest() {
    double most = 0;
    for (int rank = 0; rank < slots.ranks; rank++) {
      most = Math.max(most, load[rank] * slots.slowness[rank]);
    }
    return most;
  }

  /** Distinct nodes, summed over all tokens; also where they cost nothing. */
  double nodeVisits() {
    if (nodeWeight > 0 || slots.nodes == 1) {
      return nodeWeight > 0 ? nodes.visits() : nets.tokens();
    }
    Spread counted = new Spread(slots.nodes, slots.nodeOf);
    for (int net = 0; net < nets.count(); net++) {
      counted.count(served, nets.first[net], nets.first[net + 1], nets.weight[net]);
    }
    return counted.visits();
  }

  /** What the search makes small: rank visits, and node visits by their weight. */
  double cost() {
    return ranks.visits() + nodeWeight * nodes.visits();
  }

  /** What is saved if a slot's expert moves to a slot of another rank. */
  double moveGain(int slot, int to) {
    double gain = ranks.gain(slot, slots.rankOf[to]);
    if (nodeWeight > 0) {
      gain += nodeWeight * nodes.gain(slot, slots.nodeOf[to]);
    }
    int expert = expertAt[slot];
    for (int h = 0; count[expert] > 1 && h < count[expert]; h++) {
      int other = holders[expert][h];
      gain += other == slot ? 0 : pullTo(other, to);
    }
    return gain;
  }

  /** What is saved if an expert gets a further replica in place of a slot's. */
  double addGain(int expert, int to) {
    double gain = 0;
    for (int h = 0; h < count[expert]; h++) {
      gain += pullTo(holders[expert][h], to);
    }
    return gain;
  }

  private double pullTo(int slot, int to) {
    double gain = ranks.pull(slot, slots.rankOf[to]);
    return nodeWeight > 0 ? gain + nodeWeight * nodes.pull(slot, slots.nodeOf[to]) : gain;
  }

  /** What is lost if a replica goes. */
  double loss(int slot) {
    return needed[slot];
  }

  /** What an exchange saves less than its two moves. */
  double overlap(int one, int other) {
    double less = ranks.overlap(one, other);
    return nodeWeight > 0 ? less + nodeWeight * nodes.overlap(one, other) : less;
  }

  boolean holds(int rank, int expert) {
    return slotOn(expert, rank) != NONE;
  }

  int slotOn(int expert, int rank) {
    for (int h = 0; h < count[expert]; h++) {
      if (slots.rankOf[holders[expert][h]] == rank) {
        return holders[expert][h];
      }
    }
    return NONE;
  }

  /** Exchanges the experts of two slots. */
  void swap(int slot, int otherSlot) {
    int expert = expertAt[slot];
    int other = expertAt[otherSlot];
    countOut(expert, other);
    replaceHolder(expert, slot, otherSlot);
    replaceHolder(other, otherSlot, slot);
    expertAt[slot] = other;
    expertAt[otherSlot] = expert;
    countIn(expert, other);
  }

  /** Puts another expert in a slot, whose own has further replicas. */
  void replace(int slot, int other) {
    int expert = expertAt[slot];
    countOut(expert, other);
    remove(expert, slot);
    holders[other][count[other]++] = slot;
    Arrays.sort(holders[other], 0, count[other]);
    expertAt[slot] = other;
    countIn(expert, other);
  }

  private void replaceHolder(int expert, int from, int to) {
    int[] row = holders[expert];
    int h = 0;
    while (row[h] != from) {
      h++;
    }
    row[h] = to;
    Arrays.sort(row, 0, count[expert]);
  }

  private void remove(int expert, int slot) {
    replaceHolder(expert, slot, Integer.MAX_VALUE);
    count[expert]--;
  }

  private void countOut(int one, int other) {
    for (int n = nets.firstOf[one]; n < nets.firstOf[one + 1]; n++) {
      countNet(nets.netsOf[n], -nets.weight[nets.netsOf[n]]);
    }
    for (int n = nets.firstOf[other]; n < nets.firstOf[other + 1]; n++) {
      if (!nets.holds(nets.netsOf[n], one)) {
        countNet(nets.netsOf[n], -nets.weight[nets.netsOf[n]]);
      }
    }
  }

  private void countIn(int one, int other) {
    for (int n = nets.firstOf[one]; n < nets.firstOf[one + 1]; n++) {
      chooseAndCount(nets.netsOf[n]);
    }
    for (int n = nets.firstOf[other]; n < nets.firstOf[other + 1]; n++) {
      if (!nets.holds(nets.netsOf[n], one)) {
        chooseAndCount(nets.netsOf[n]);
      }
    }
    shareLoads();
  }

  private void chooseAndCount(int net) {
    choice.choose(net, served);
    countNet(net, nets.weight[net]);
  }
}

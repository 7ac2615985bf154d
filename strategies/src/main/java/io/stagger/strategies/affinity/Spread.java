package io.stagger.strategies.affinity;

import java.util.Arrays;

/**
 * Over how many parts (ranks, or nodes) tokens are spread, and what each move of an expert would
 * change: the gain tables of hypergraph partitioning for the connectivity metric, kept up to date
 * net by net. All tables count tokens by the slot that serves them.
 */
final class Spread {

  private final int parts;
  private final int[] partOf;

  /** Tokens that visit a slot's part for nothing but this slot. */
  private final double[] alone;

  /** Tokens of a slot that visit a part, {@code [slots][parts]}. */
  private final double[] reach;

  /** Of the tokens that are alone at a slot, those that visit another part. */
  private final double[] pull;

  /** Tokens of two slots that are alone at the first, {@code [slots][slots]}. */
  private final double[] aloneWith;

  private final int[] held;
  private final int[] visited;
  private double visits;

  /**
   * Empty tables.
   *
   * @param parts how many parts there are
   * @param partOf the part of each slot
   */
  Spread(int parts, int[] partOf) {
    this.parts = parts;
    this.partOf = partOf;
    this.alone = new double[partOf.length];
    this.reach = new double[partOf.length * parts];
    this.pull = new double[partOf.length * parts];
    this.aloneWith = new double[partOf.length * partOf.length];
    this.held = new int[parts];
    this.visited = new int[parts];
  }

  void clear() {
    Arrays.fill(alone, 0);
    Arrays.fill(reach, 0);
    Arrays.fill(pull, 0);
    Arrays.fill(aloneWith, 0);
    visits = 0;
  }

  /**
   * Counts tokens in, or out.
   *
   * @param served the slots that serve the tokens, at {@code from .. to - 1}
   * @param tokens how many; negative to count out
   */
  void count(int[] served, int from, int to, double tokens) {
    int distinct = 0;
    for (int i = from; i < to; i++) {
      int part = partOf[served[i]];
      if (held[part]++ == 0) {
        visited[distinct++] = part;
      }
    }
    visits += tokens * distinct;
    for (int i = from; i < to; i++) {
      int row = served[i] * parts;
      boolean isAlone = held[partOf[served[i]]] == 1;
      for (int v = 0; v < distinct; v++) {
        reach[row + visited[v]] += tokens;
        if (isAlone) {
          pull[row + visited[v]] += tokens;
        }
      }
      if (isAlone) {
        countAlone(served, from, to, served[i], tokens);
      }
    }
    for (int v = 0; v < distinct; v++) {
      held[visited[v]] = 0;
    }
  }

  private void countAlone(int[] served, int from, int to, int slot, double tokens) {
    alone[slot] += tokens;
    int row = slot * partOf.length;
    for (int i = from; i < to; i++) {
      aloneWith[row + served[i]] += tokens;
    }
  }

  /** Distinct parts, summed over all tokens. */
  double visits() {
    return visits;
  }

  /** How many tokens a slot serves. */
  double tokens(int slot) {
    return reach[slot * parts + partOf[slot]];
  }

  /** Visits that are saved if what a slot serves is served on another part. */
  double gain(int slot, int part) {
    return partOf[slot] == part ? 0 : alone[slot] - tokens(slot) + reach[slot * parts + part];
  }

  /** Visits that are saved if a further replica is on a part. */
  double pull(int slot, int part) {
    return partOf[slot] == part ? 0 : pull[slot * parts + part];
  }

  /** What an exchange saves less than its two moves: tokens of both stay where they were. */
  double overlap(int one, int other) {
    return partOf[one] == partOf[other]
        ? 0
        : aloneWith[one * partOf.length + other] + aloneWith[other * partOf.length + one];
  }
}

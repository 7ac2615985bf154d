package io.stagger.engine.trace.statistics;

/**
 * Pairs of experts in some layers, counted into tables of 32 bits, {@code [layer][one][other]}: of
 * choices of a token in a layer, by their order in the token's list, and of a layer and the next. A
 * layer's table is the unit that should fit a second-level cache: 256 KiB for 256 experts.
 */
final class PairTables {

  private final int experts;
  private final int topK;
  private final int[][] together;
  private final int[][] onward;

  /**
   * @param layers 0 to count nothing
   * @param hasNext whether a layer follows the last
   */
  PairTables(int layers, int experts, int topK, boolean hasNext) {
    this.experts = experts;
    this.topK = topK;
    this.together = new int[layers][experts * experts * Math.min(layers, 1)];
    this.onward = new int[Math.max(0, hasNext ? layers : layers - 1)][experts * experts];
  }

  /**
   * Counts the pairs of each token.
   *
   * @param chosen {@code [tokens][topK]}
   * @param choices how many choices there are, a multiple of top-k
   */
  void countCoSelection(int layer, char[] chosen, int choices) {
    int[] counts = together[layer];
    for (int first = 0; first < choices; first += topK) {
      for (int one = first; one < first + topK; one++) {
        int row = chosen[one] * experts;
        for (int other = one; other < first + topK; other++) {
          counts[row + chosen[other]]++;
        }
      }
    }
  }

  /** Counts each choice of a token with each of its choices in the next layer. */
  void countTransitions(int layer, char[] chosen, char[] next, int choices) {
    int[] counts = onward[layer];
    for (int first = 0; first < choices; first += topK) {
      for (int one = first; one < first + topK; one++) {
        int row = chosen[one] * experts;
        for (int other = first; other < first + topK; other++) {
          counts[row + next[other]]++;
        }
      }
    }
  }

  /** Adds co-selection to a table {@code [experts][experts]}, on and above its diagonal. */
  void addCoSelection(int layer, long[] total, int offset) {
    for (int one = 0; one < experts; one++) {
      for (int other = 0; other < experts; other++) {
        int low = Math.min(one, other);
        int high = Math.max(one, other);
        total[offset + low * experts + high] += together[layer][one * experts + other];
      }
    }
  }

  /** Adds the transitions from a layer to a table {@code [experts][experts]}. */
  void addTransitions(int layer, long[] total, int offset) {
    for (int i = 0; i < experts * experts; i++) {
      total[offset + i] += onward[layer][i];
    }
  }

  /** How many layers have transitions to the next. */
  int steps() {
    return onward.length;
  }

  /** How many layers have co-selection. */
  int layers() {
    return together.length;
  }

  /** Begins again. */
  void clear() {
    for (int[] table : together) {
      java.util.Arrays.fill(table, 0);
    }
    for (int[] table : onward) {
      java.util.Arrays.fill(table, 0);
    }
  }
}

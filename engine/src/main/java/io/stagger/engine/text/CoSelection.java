package io.stagger.engine.text;

/**
 * How often two experts of a layer were chosen by the same token. Symmetric; on the diagonal stands
 * how often an expert was chosen at all.
 */
public final class CoSelection {

  /** The most counts that are kept; larger models are measured without. */
  static final long MAX_CELLS = 1L << 24;

  private final int experts;
  private final long[] counts;

  /**
   * @param counts {@code [layers][experts][experts]}, the upper triangle of each layer; handed over
   */
  CoSelection(int experts, long[] counts) {
    this.experts = experts;
    this.counts = counts;
  }

  /** How many MoE layers were measured. */
  public int layers() {
    return counts.length / (experts * experts);
  }

  /** How many logical experts a layer has. */
  public int experts() {
    return experts;
  }

  /** How many tokens chose both experts in a layer. */
  public long count(int layer, int one, int other) {
    int low = Math.min(one, other);
    int high = Math.max(one, other);
    return counts[(layer * experts + low) * experts + high];
  }

  /**
   * Of all pairs of different experts that a token chose, the share whose experts lie in one group.
   *
   * @param groupSize how many consecutive experts form a group
   * @return 0 to 1; 0 if no pair was chosen
   */
  public double shareWithinGroups(int groupSize) {
    long within = 0;
    long all = 0;
    for (int layer = 0; layer < layers(); layer++) {
      for (int one = 0; one < experts; one++) {
        for (int other = one + 1; other < experts; other++) {
          long count = count(layer, one, other);
          all += count;
          within += one / groupSize == other / groupSize ? count : 0;
        }
      }
    }
    return all == 0 ? 0 : (double) within / all;
  }
}

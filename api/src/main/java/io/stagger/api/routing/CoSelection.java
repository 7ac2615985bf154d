package io.stagger.api.routing;

import io.stagger.api.error.InvalidInputException;

/**
 * How often two experts of a layer were chosen by the same token. Symmetric; on the diagonal stands
 * how often an expert was chosen at all. Immutable.
 */
public final class CoSelection {

  /** The most counts that are kept: layers x experts x experts. */
  public static final int MAX_COUNTS = LayerPairs.MAX_COUNTS;

  private final LayerPairs pairs;

  private CoSelection(LayerPairs pairs) {
    this.pairs = pairs;
  }

  /**
   * Co-selection from counts.
   *
   * @param counts {@code [layers][experts][experts]} row-major, of which the diagonal and what is
   *     above it in each layer are read; copied
   * @throws InvalidInputException if the length contradicts the sizes or is above {@link
   *     #MAX_COUNTS}, or a count is negative
   */
  public static CoSelection of(int layers, int experts, long[] counts) {
    return handedOver(layers, experts, counts.clone());
  }

  private static CoSelection handedOver(int layers, int experts, long[] counts) {
    return new CoSelection(
        LayerPairs.of(
            layers, experts, counts, layers, "co-selection", "layers x experts x experts"));
  }

  /** Whether a model of this size is small enough that every pair can be counted. */
  public static boolean isKept(int layers, int experts) {
    return LayerPairs.isKept(layers, experts);
  }

  /**
   * The co-selection of some routes.
   *
   * @throws InvalidInputException if the model is too large for it, see {@link #isKept}
   */
  public static CoSelection of(Routes routes) {
    int experts = routes.experts();
    boolean kept = isKept(routes.layers(), experts);
    long[] counts = new long[kept ? routes.layers() * experts * experts : 0];
    for (int layer = 0; kept && layer < routes.layers(); layer++) {
      count(routes.layer(layer), routes.topK(), experts, layer, counts);
    }
    return handedOver(routes.layers(), experts, counts);
  }

  private static void count(int[] chosen, int topK, int experts, int layer, long[] counts) {
    for (int first = 0; first < chosen.length; first += topK) {
      for (int one = first; one < first + topK; one++) {
        for (int other = one; other < first + topK; other++) {
          int low = Math.min(chosen[one], chosen[other]);
          int high = Math.max(chosen[one], chosen[other]);
          counts[(layer * experts + low) * experts + high]++;
        }
      }
    }
  }

  /** How many MoE layers were measured. */
  public int layers() {
    return pairs.matrices();
  }

  /** How many logical experts a layer has. */
  public int experts() {
    return pairs.experts();
  }

  /** How many tokens chose both experts in a layer. */
  public long count(int layer, int one, int other) {
    return pairs.count(layer, Math.min(one, other), Math.max(one, other));
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
      for (int one = 0; one < experts(); one++) {
        for (int other = one + 1; other < experts(); other++) {
          long count = count(layer, one, other);
          all += count;
          within += one / groupSize == other / groupSize ? count : 0;
        }
      }
    }
    return all == 0 ? 0 : (double) within / all;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CoSelection that && pairs.equals(that.pairs);
  }

  @Override
  public int hashCode() {
    return pairs.hashCode();
  }

  @Override
  public String toString() {
    return "CoSelection[" + layers() + " layers x " + experts() + " experts]";
  }
}

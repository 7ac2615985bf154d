package io.stagger.api.routing;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import java.util.Arrays;
import java.util.Objects;

/**
 * How often two experts of a layer were chosen by the same token. Symmetric; on the diagonal stands
 * how often an expert was chosen at all. Immutable.
 */
public final class CoSelection {

  /** The most counts that are kept: layers x experts x experts. */
  public static final int MAX_COUNTS = 1 << 24;

  private final int layers;
  private final int experts;
  private final long[] counts;

  private CoSelection(int layers, int experts, long[] counts) {
    this.layers = layers;
    this.experts = experts;
    this.counts = counts;
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
    requireSize(layers, experts, counts);
    return new CoSelection(layers, experts, counts.clone());
  }

  private static void requireSize(int layers, int experts, long[] counts) {
    if (!isKept(layers, experts) || (long) layers * experts * experts != counts.length) {
      throw new InvalidInputException(
          Diagnosis.of(
                  "%d counts for %d layers of %d experts".formatted(counts.length, layers, experts),
                  "co-selection")
              .expecting("layers x experts x experts, at most " + MAX_COUNTS));
    }
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] < 0) {
        throw new InvalidInputException(
            Diagnosis.of("count " + counts[i], "co-selection, count " + i)
                .expecting("no negative number"));
      }
    }
  }

  /** Whether a model of this size is small enough that every pair can be counted. */
  public static boolean isKept(int layers, int experts) {
    return layers >= 0
        && experts >= 1
        && experts <= MAX_COUNTS / experts
        && (long) layers * experts * experts <= MAX_COUNTS;
  }

  /**
   * The co-selection of some routes.
   *
   * @throws InvalidInputException if the model is too large for it, see {@link #isKept}
   */
  public static CoSelection of(Routes routes) {
    int experts = routes.experts();
    if (!isKept(routes.layers(), experts)) {
      requireSize(routes.layers(), experts, new long[0]);
    }
    long[] counts = new long[routes.layers() * experts * experts];
    int topK = routes.topK();
    for (int layer = 0; layer < routes.layers(); layer++) {
      int[] chosen = routes.layer(layer);
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
    return new CoSelection(routes.layers(), experts, counts);
  }

  /** How many MoE layers were measured. */
  public int layers() {
    return layers;
  }

  /** How many logical experts a layer has. */
  public int experts() {
    return experts;
  }

  /** How many tokens chose both experts in a layer. */
  public long count(int layer, int one, int other) {
    int low = Math.min(one, other);
    int high = Math.max(one, other);
    return counts[
        (Objects.checkIndex(layer, layers) * experts + low) * experts
            + Objects.checkIndex(high, experts)];
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
    for (int layer = 0; layer < layers; layer++) {
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

  @Override
  public boolean equals(Object other) {
    return other instanceof CoSelection that
        && layers == that.layers
        && experts == that.experts
        && Arrays.equals(counts, that.counts);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(counts) * 31 + experts;
  }

  @Override
  public String toString() {
    return "CoSelection[" + layers + " layers x " + experts + " experts]";
  }
}

package io.stagger.api.routing;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import java.util.Arrays;
import java.util.Objects;

/**
 * How often tokens went from an expert of one MoE layer to an expert of the next: each choice of a
 * token in a layer counts once with each of its choices in the next. Immutable.
 */
public final class Transitions {

  private final int layers;
  private final int experts;
  private final long[] counts;

  private Transitions(int layers, int experts, long[] counts) {
    this.layers = layers;
    this.experts = experts;
    this.counts = counts;
  }

  /**
   * Transitions from counts.
   *
   * @param layers MoE layers of the model; there is one matrix fewer, and none for 0
   * @param counts {@code [layers - 1][from][to]} row-major; copied
   * @throws InvalidInputException if the length contradicts the sizes or is above {@link
   *     CoSelection#MAX_COUNTS}, or a count is negative
   */
  public static Transitions of(int layers, int experts, long[] counts) {
    int steps = Math.max(layers - 1, 0);
    if (!CoSelection.isKept(steps, experts) || (long) steps * experts * experts != counts.length) {
      throw new InvalidInputException(
          Diagnosis.of(
                  "%d counts for %d layers of %d experts".formatted(counts.length, layers, experts),
                  "transitions")
              .expecting("(layers - 1) x experts x experts, at most " + CoSelection.MAX_COUNTS));
    }
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] < 0) {
        throw new InvalidInputException(
            Diagnosis.of("count " + counts[i], "transitions, count " + i)
                .expecting("no negative number"));
      }
    }
    return new Transitions(layers, experts, counts.clone());
  }

  /** How many MoE layers the model has. */
  public int layers() {
    return layers;
  }

  /** How many logical experts a layer has. */
  public int experts() {
    return experts;
  }

  /**
   * How often tokens went from an expert of a layer to one of the next.
   *
   * @param layer the layer they came from, 0 to layers - 2
   */
  public long count(int layer, int from, int to) {
    Objects.checkIndex(layer, layers - 1);
    return counts[
        (layer * experts + Objects.checkIndex(from, experts)) * experts
            + Objects.checkIndex(to, experts)];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Transitions that
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
    return "Transitions[" + layers + " layers x " + experts + " experts]";
  }
}

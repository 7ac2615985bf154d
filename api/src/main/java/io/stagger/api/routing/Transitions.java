package io.stagger.api.routing;

import io.stagger.api.error.InvalidInputException;

/**
 * How often tokens went from an expert of one MoE layer to an expert of the next: each choice of a
 * token in a layer counts once with each of its choices in the next. Immutable.
 */
public final class Transitions {

  private final int layers;
  private final LayerPairs pairs;

  private Transitions(int layers, LayerPairs pairs) {
    this.layers = layers;
    this.pairs = pairs;
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
    return new Transitions(
        layers,
        LayerPairs.of(
            steps,
            experts,
            counts.clone(),
            layers,
            "transitions",
            "(layers - 1) x experts x experts"));
  }

  /** How many MoE layers the model has. */
  public int layers() {
    return layers;
  }

  /** How many logical experts a layer has. */
  public int experts() {
    return pairs.experts();
  }

  /**
   * How often tokens went from an expert of a layer to one of the next.
   *
   * @param layer the layer they came from, 0 to layers - 2
   */
  public long count(int layer, int from, int to) {
    return pairs.count(layer, from, to);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Transitions that && layers == that.layers && pairs.equals(that.pairs);
  }

  @Override
  public int hashCode() {
    return pairs.hashCode();
  }

  @Override
  public String toString() {
    return "Transitions[" + layers + " layers x " + experts() + " experts]";
  }
}

package io.stagger.api.routing;

import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import java.util.Arrays;
import java.util.Objects;

/**
 * The routes of some tokens through a model: for each token the experts that it chose in every MoE
 * layer, best first. The tokens stand in the order in which they were recorded; those of one
 * sequence have its number. Immutable.
 */
public final class Routes {

  /** The most choices that are kept: tokens x layers x top-k. */
  public static final int MAX_CHOICES = 1 << 28;

  private final int layers;
  private final int experts;
  private final int topK;
  private final int[] sequences;
  private final char[] choices;

  private Routes(int layers, int experts, int topK, int[] sequences, char[] choices) {
    this.layers = layers;
    this.experts = experts;
    this.topK = topK;
    this.sequences = sequences;
    this.choices = choices;
  }

  /**
   * Routes from flat rows.
   *
   * @param model layers, experts and top-k
   * @param sequences the number of each token's sequence, {@code [tokens]}; copied
   * @param choices logical experts, {@code [tokens][layers][topK]} row-major; copied
   * @throws InvalidInputException if the lengths contradict each other, there are more than {@link
   *     #MAX_CHOICES} choices, or one names no expert of the model; the message names token and
   *     layer
   */
  public static Routes of(ModelShape model, int[] sequences, char[] choices) {
    long expected = (long) sequences.length * model.layers() * model.topK();
    if (expected != choices.length || expected > MAX_CHOICES) {
      throw new InvalidInputException(
          Diagnosis.of(choices.length + " choices for " + sequences.length + " tokens", "routes")
              .expecting(
                  "%d layers x top-%d for each token, and at most %d in all"
                      .formatted(model.layers(), model.topK(), MAX_CHOICES)));
    }
    for (int i = 0; i < choices.length; i++) {
      if (choices[i] >= model.experts()) {
        throw unknown(model, i, choices[i]);
      }
    }
    return new Routes(
        model.layers(), model.experts(), model.topK(), sequences.clone(), choices.clone());
  }

  private static InvalidInputException unknown(ModelShape model, int at, int expert) {
    int row = at / model.topK();
    return new InvalidInputException(
        Diagnosis.of(
                "expert " + expert,
                "routes, token " + row / model.layers() + ", layer " + row % model.layers())
            .expecting("0 to " + (model.experts() - 1)));
  }

  /** How many tokens there are. */
  public int tokens() {
    return sequences.length;
  }

  /** How many MoE layers each token passed. */
  public int layers() {
    return layers;
  }

  /** How many logical experts a layer has. */
  public int experts() {
    return experts;
  }

  /** How many experts a token chose in a layer. */
  public int topK() {
    return topK;
  }

  /** The number of a token's sequence. */
  public int sequence(int token) {
    return sequences[token];
  }

  /** The logical expert of a token's choice in a layer. */
  public int expert(int token, int layer, int choice) {
    return choices[
        (token * layers + Objects.checkIndex(layer, layers)) * topK
            + Objects.checkIndex(choice, topK)];
  }

  /**
   * The choices of all tokens in a layer, {@code [tokens][topK]} row-major; the caller's own copy.
   */
  public int[] layer(int layer) {
    int[] chosen = new int[tokens() * topK];
    int from = Objects.checkIndex(layer, layers) * topK;
    for (int i = 0; i < chosen.length; i += topK, from += layers * topK) {
      for (int choice = 0; choice < topK; choice++) {
        chosen[i + choice] = choices[from + choice];
      }
    }
    return chosen;
  }

  /** How often each expert was chosen. */
  public Load load() {
    double[][] counts = new double[layers][experts];
    for (int i = 0; i < choices.length; i++) {
      counts[i / topK % layers][choices[i]]++;
    }
    return Load.of(experts, counts);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Routes that
        && layers == that.layers
        && experts == that.experts
        && topK == that.topK
        && Arrays.equals(sequences, that.sequences)
        && Arrays.equals(choices, that.choices);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(choices) * 31 + Arrays.hashCode(sequences);
  }

  @Override
  public String toString() {
    return "Routes[%d tokens, %d layers, top-%d of %d]".formatted(tokens(), layers, topK, experts);
  }
}

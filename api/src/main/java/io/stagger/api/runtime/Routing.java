package io.stagger.api.runtime;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import java.util.Arrays;
import java.util.Objects;

/** Which experts each token of a batch was routed to, best first, and with which weights. */
public final class Routing {

  private final int topK;
  private final int[] experts;
  private final float[] weights;

  private Routing(int topK, int[] experts, float[] weights) {
    this.topK = topK;
    this.experts = experts;
    this.weights = weights;
  }

  /**
   * A routing from flat rows.
   *
   * @param topK choices of a token, from 1
   * @param experts logical experts, {@code [tokens][topK]} row-major
   * @param weights their weights, likewise
   * @throws InvalidInputException if the lengths differ or are no multiple of {@code topK}
   */
  public static Routing of(int topK, int[] experts, float[] weights) {
    if (topK < 1 || experts.length != weights.length || experts.length % topK != 0) {
      throw new InvalidInputException(
          Diagnosis.of(
                  experts.length + " experts, " + weights.length + " weights",
                  "routing, top-" + topK)
              .expecting("as many weights as experts, a multiple of top-k"));
    }
    return new Routing(topK, experts.clone(), weights.clone());
  }

  /** How many tokens were routed. */
  public int tokens() {
    return experts.length / topK;
  }

  /** How many experts each token has. */
  public int topK() {
    return topK;
  }

  /** The logical expert of a token's choice. */
  public int expert(int token, int choice) {
    return experts[token * topK + Objects.checkIndex(choice, topK)];
  }

  /** The weight of a token's choice. */
  public float weight(int token, int choice) {
    return weights[token * topK + Objects.checkIndex(choice, topK)];
  }

  /** Experts of all tokens, row-major; the caller's own copy. */
  public int[] experts() {
    return experts.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Routing that
        && topK == that.topK
        && Arrays.equals(experts, that.experts)
        && Arrays.equals(weights, that.weights);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(experts) * 31 + Arrays.hashCode(weights);
  }

  @Override
  public String toString() {
    return "Routing[" + tokens() + " tokens, top-" + topK + "]";
  }
}

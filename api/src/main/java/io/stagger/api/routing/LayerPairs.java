package io.stagger.api.routing;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import java.util.Arrays;
import java.util.Objects;

/**
 * Counts of pairs of experts, a matrix for each layer or for each step from one to the next.
 * Immutable.
 */
final class LayerPairs {

  /** The most counts that are kept. */
  static final int MAX_COUNTS = 1 << 24;

  private final int matrices;
  private final int experts;
  private final long[] counts;

  private LayerPairs(int matrices, int experts, long[] counts) {
    this.matrices = matrices;
    this.experts = experts;
    this.counts = counts;
  }

  /** Whether so many counts are kept. */
  static boolean isKept(int matrices, int experts) {
    return matrices >= 0
        && experts >= 1
        && experts <= MAX_COUNTS / experts
        && (long) matrices * experts * experts <= MAX_COUNTS;
  }

  /**
   * Pairs from counts.
   *
   * @param layers MoE layers of the model, for errors
   * @param counts {@code [matrices][experts][experts]} row-major; handed over
   * @param name what is counted, for errors
   * @param size how many counts there must be, in words
   * @throws InvalidInputException if there are too many or too few counts, or one is negative
   */
  static LayerPairs of(
      int matrices, int experts, long[] counts, int layers, String name, String size) {
    if (!isKept(matrices, experts) || (long) matrices * experts * experts != counts.length) {
      throw new InvalidInputException(
          Diagnosis.of(
                  "%d counts for %d layers of %d experts".formatted(counts.length, layers, experts),
                  name)
              .expecting(size + ", at most " + MAX_COUNTS));
    }
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] < 0) {
        throw new InvalidInputException(
            Diagnosis.of("count " + counts[i], name + ", count " + i)
                .expecting("no negative number"));
      }
    }
    return new LayerPairs(matrices, experts, counts);
  }

  int matrices() {
    return matrices;
  }

  int experts() {
    return experts;
  }

  long count(int matrix, int row, int column) {
    return counts[
        (Objects.checkIndex(matrix, matrices) * experts + Objects.checkIndex(row, experts))
                * experts
            + Objects.checkIndex(column, experts)];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LayerPairs that
        && matrices == that.matrices
        && experts == that.experts
        && Arrays.equals(counts, that.counts);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(counts) * 31 + experts;
  }
}

package io.stagger.api;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidLoadException;
import java.util.Arrays;
import java.util.Objects;

/**
 * Tokens routed to each logical expert, per MoE layer, in a window. Counts are from 0 to {@link
 * #MAX_COUNT}; they need not be whole (averages are loads too).
 */
public final class Load {

  /** The largest count. Sums of as many as a layer may have are finite even as 32-bit floats. */
  public static final double MAX_COUNT = 1e30;

  private static final int MAX_CELLS = 1 << 26;

  private final int layers;
  private final int experts;
  private final double[] counts;

  private Load(int layers, int experts, double[] counts) {
    this.layers = layers;
    this.experts = experts;
    this.counts = counts;
  }

  /**
   * A load from one row a layer.
   *
   * @param experts logical experts of a layer, the length of every row
   * @param rows counts, {@code [layers][experts]}
   * @throws InvalidLoadException if a row has another length, or a count is NaN, negative or above
   *     {@link #MAX_COUNT}; the message names layer and expert
   */
  public static Load of(int experts, double[][] rows) {
    requireSize(rows.length, experts);
    double[] counts = new double[rows.length * experts];
    for (int layer = 0; layer < rows.length; layer++) {
      if (rows[layer].length != experts) {
        throw new InvalidLoadException(
            Diagnosis.of(rows[layer].length + " counts", "load, layer " + layer)
                .expecting(experts + ", one for each expert"));
      }
      for (int expert = 0; expert < experts; expert++) {
        counts[layer * experts + expert] = checked(rows[layer][expert], layer, expert);
      }
    }
    return new Load(rows.length, experts, counts);
  }

  /**
   * A load of the same count everywhere.
   *
   * @throws InvalidLoadException if there would be no expert, or the count is out of range
   */
  public static Load uniform(int layers, int experts, double count) {
    requireSize(layers, experts);
    double[] counts = new double[layers * experts];
    Arrays.fill(counts, checked(count, 0, 0));
    return new Load(layers, experts, counts);
  }

  private static void requireSize(int layers, int experts) {
    if (layers < 0
        || layers > ModelShape.MAX_LAYERS
        || experts < 1
        || experts > ModelShape.MAX_EXPERTS
        || (long) layers * experts > MAX_CELLS) {
      throw new InvalidLoadException(
          Diagnosis.of(layers + " layers x " + experts + " experts", "load")
              .expecting(
                  "at most %d layers, 1 to %d experts, and at most %d counts"
                      .formatted(ModelShape.MAX_LAYERS, ModelShape.MAX_EXPERTS, MAX_CELLS)));
    }
  }

  private static double checked(double count, int layer, int expert) {
    if (!(count >= 0 && count <= MAX_COUNT)) {
      throw new InvalidLoadException(
          Diagnosis.of("count " + count, "load, layer " + layer + ", expert " + expert)
              .expecting("a number from 0 to " + MAX_COUNT));
    }
    // -0.0 passes the comparison above and would differ from 0.0 in bits and sort order.
    return count + 0.0;
  }

  /** How many MoE layers the load covers. */
  public int layers() {
    return layers;
  }

  /** How many logical experts a layer has. */
  public int experts() {
    return experts;
  }

  /** The count of an expert in a layer. */
  public double get(int layer, int expert) {
    return counts[start(layer) + Objects.checkIndex(expert, experts)];
  }

  /** The counts of a layer; the caller's own copy. */
  public double[] layer(int layer) {
    int start = start(layer);
    return Arrays.copyOfRange(counts, start, start + experts);
  }

  /** The sum of a layer's counts. */
  public double total(int layer) {
    double sum = 0;
    for (int i = start(layer), end = i + experts; i < end; i++) {
      sum += counts[i];
    }
    return sum;
  }

  /** Whether a layer's counts are all zero. */
  public boolean isIdle(int layer) {
    for (int i = start(layer), end = i + experts; i < end; i++) {
      if (counts[i] != 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * The load of some layers.
   *
   * @param chosen layer indices of this load, in the order of the result; one may come twice
   * @throws InvalidLoadException if so many are chosen that the result is too big for a load
   * @throws IndexOutOfBoundsException if there is no such layer
   */
  public Load select(int... chosen) {
    requireSize(chosen.length, experts);
    double[] selected = new double[chosen.length * experts];
    for (int i = 0; i < chosen.length; i++) {
      System.arraycopy(counts, start(chosen[i]), selected, i * experts, experts);
    }
    return new Load(chosen.length, experts, selected);
  }

  /**
   * The sum of two loads.
   *
   * @throws InvalidLoadException if they differ in layers or experts, or a sum is above {@link
   *     #MAX_COUNT}
   */
  public Load plus(Load other) {
    if (layers != other.layers || experts != other.experts) {
      throw new InvalidLoadException(
          Diagnosis.of("loads of different sizes cannot be added", "load")
              .expecting(layers + " layers x " + experts + " experts"));
    }
    double[] sum = new double[counts.length];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = checked(counts[i] + other.counts[i], i / experts, i % experts);
    }
    return new Load(layers, experts, sum);
  }

  /**
   * Checks that this load speaks of a model.
   *
   * @throws InvalidLoadException if layers or experts differ
   */
  public void requireFits(ModelShape model) {
    if (layers != model.layers() || experts != model.experts()) {
      throw new InvalidLoadException(
          Diagnosis.of(layers + " layers x " + experts + " experts", "load")
              .expecting(model.layers() + " layers x " + model.experts() + " experts"));
    }
  }

  private int start(int layer) {
    return Objects.checkIndex(layer, layers) * experts;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Load that
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
    return "Load[" + layers + " layers x " + experts + " experts]";
  }
}

package io.stagger.api;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidLoadException;
import java.util.Arrays;

/**
 * Tokens routed to each logical expert, per MoE layer, in a window. Counts are finite and not
 * negative; they need not be whole (averages are loads too).
 */
public final class Load {

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
   * @throws InvalidLoadException if a row has another length, or a count is NaN, infinite or
   *     negative; the message names layer and expert
   */
  public static Load of(int experts, double[][] rows) {
    if (experts < 1 || (long) rows.length * experts > MAX_CELLS) {
      throw new InvalidLoadException(
          Diagnosis.of(rows.length + " layers x " + experts + " experts", "load")
              .expecting("at least 1 expert and at most " + MAX_CELLS + " counts"));
    }
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

  /** A load of the same count everywhere. */
  public static Load uniform(int layers, int experts, double count) {
    double[] row = new double[experts];
    Arrays.fill(row, count);
    double[][] rows = new double[layers][];
    Arrays.fill(rows, row);
    return of(experts, rows);
  }

  private static double checked(double count, int layer, int expert) {
    if (!(count >= 0) || Double.isInfinite(count)) {
      throw new InvalidLoadException(
          Diagnosis.of("count " + count, "load, layer " + layer + ", expert " + expert)
              .expecting("a finite number from 0"));
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
    return counts[layer * experts + expert];
  }

  /** The counts of a layer; the caller's own copy. */
  public double[] layer(int layer) {
    return Arrays.copyOfRange(counts, layer * experts, (layer + 1) * experts);
  }

  /** The sum of a layer's counts. */
  public double total(int layer) {
    double sum = 0;
    for (int i = layer * experts; i < (layer + 1) * experts; i++) {
      sum += counts[i];
    }
    return sum;
  }

  /** Whether a layer's counts are all zero. */
  public boolean isIdle(int layer) {
    for (int i = layer * experts; i < (layer + 1) * experts; i++) {
      if (counts[i] != 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * The load of some layers.
   *
   * @param chosen layer indices of this load, in the order of the result
   */
  public Load select(int... chosen) {
    double[] selected = new double[chosen.length * experts];
    for (int i = 0; i < chosen.length; i++) {
      System.arraycopy(counts, chosen[i] * experts, selected, i * experts, experts);
    }
    return new Load(chosen.length, experts, selected);
  }

  /**
   * The sum of two loads.
   *
   * @throws InvalidLoadException if they differ in layers or experts, or a sum overflows
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

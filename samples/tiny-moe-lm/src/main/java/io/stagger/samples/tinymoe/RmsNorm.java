package io.stagger.samples.tinymoe;

import io.stagger.api.weights.Tensor;

/** {@code x / sqrt(mean(x^2) + epsilon) * weight}, row by row, a weight for each column. */
final class RmsNorm {

  private final double[] weight;
  private final double epsilon;

  private RmsNorm(double[] weight, double epsilon) {
    this.weight = weight;
    this.epsilon = epsilon;
  }

  static RmsNorm of(Tensor tensor, double epsilon) {
    double[] weight = new double[tensor.size(0)];
    for (int i = 0; i < weight.length; i++) {
      weight[i] = tensor.get(i);
    }
    return new RmsNorm(weight, epsilon);
  }

  /**
   * @param rows {@code [count][width]}
   * @return the same shape
   */
  double[] apply(double[] rows) {
    int width = weight.length;
    double[] result = new double[rows.length];
    for (int from = 0; from < rows.length; from += width) {
      double squares = 0;
      for (int i = 0; i < width; i++) {
        squares += rows[from + i] * rows[from + i];
      }
      double scale = 1 / Math.sqrt(squares / width + epsilon);
      for (int i = 0; i < width; i++) {
        result[from + i] = rows[from + i] * scale * weight[i];
      }
    }
    return result;
  }
}

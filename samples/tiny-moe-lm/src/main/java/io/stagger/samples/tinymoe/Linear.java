package io.stagger.samples.tinymoe;

import io.stagger.api.weights.Tensor;

/**
 * A matrix product, {@code y = W x}, row by row. Each output is the sum over the inputs in
 * ascending order, whatever the number of rows; the inner loop runs over the outputs, so that the
 * compiler turns it into vector instructions without touching that order.
 */
final class Linear {

  private static final int UNROLL = 4;

  private final int inputs;
  private final int outputs;

  /** {@code [inputs][outputs]}: the transpose of the checkpoint's. */
  private final double[] weights;

  private Linear(int inputs, int outputs, double[] weights) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.weights = weights;
  }

  /** The product with a tensor of {@code [outputs, inputs]}. */
  static Linear of(Tensor tensor) {
    int outputs = tensor.size(0);
    int inputs = tensor.size(1);
    double[] transposed = new double[Math.multiplyExact(inputs, outputs)];
    for (int out = 0; out < outputs; out++) {
      for (int in = 0; in < inputs; in++) {
        transposed[in * outputs + out] = tensor.get((long) out * inputs + in);
      }
    }
    return new Linear(inputs, outputs, transposed);
  }

  /**
   * @param rows {@code [count][inputs]}
   * @return {@code [count][outputs]}
   */
  double[] apply(double[] rows) {
    int count = rows.length / inputs;
    double[] result = new double[count * outputs];
    double[] sums = new double[outputs];
    for (int row = 0; row < count; row++) {
      multiply(rows, row * inputs, sums);
      System.arraycopy(sums, 0, result, row * outputs, outputs);
    }
    return result;
  }

  private void multiply(double[] rows, int from, double[] sums) {
    java.util.Arrays.fill(sums, 0);
    int in = 0;
    for (; in + UNROLL <= inputs; in += UNROLL) {
      addFour(rows, from + in, in * outputs, sums);
    }
    for (; in < inputs; in++) {
      double x = rows[from + in];
      for (int out = 0; out < outputs; out++) {
        sums[out] += x * weights[in * outputs + out];
      }
    }
  }

  private void addFour(double[] rows, int at, int first, double[] sums) {
    double x0 = rows[at];
    double x1 = rows[at + 1];
    double x2 = rows[at + 2];
    double x3 = rows[at + 3];
    int second = first + outputs;
    int third = second + outputs;
    int fourth = third + outputs;
    for (int out = 0; out < outputs; out++) {
      double sum = sums[out] + x0 * weights[first + out];
      sum += x1 * weights[second + out];
      sum += x2 * weights[third + out];
      sums[out] = sum + x3 * weights[fourth + out];
    }
  }
}

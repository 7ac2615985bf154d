package io.stagger.runtime.cpu;

/**
 * Router logits: the product of the router's rows and the hidden states, in double precision, since
 * a group or an expert may win by little. A product of two floats is exact in a double. The order
 * of the sum is fixed: eight partial sums, added pairwise, then the last few elements.
 */
final class RouterProduct {

  private RouterProduct() {}

  /**
   * Computes the logits of some rows of the router.
   *
   * @param hidden {@code [tokens][columns]} row-major
   * @param out receives {@code out[token * stride + row]}
   */
  static void multiply(
      Matrix router, int fromRow, int toRow, float[] hidden, double[] out, int stride) {
    float[] row = new float[router.columns()];
    int tokens = hidden.length / row.length;
    for (int r = fromRow; r < toRow; r++) {
      HiddenStates.read(router, r, 1, row);
      for (int token = 0; token < tokens; token++) {
        out[token * stride + r] = dot(row, hidden, token * row.length);
      }
    }
  }

  private static double dot(float[] row, float[] x, int at) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    double s4 = 0;
    double s5 = 0;
    double s6 = 0;
    double s7 = 0;
    int k = 0;
    for (; k + 8 <= row.length; k += 8) {
      s0 += (double) row[k] * x[at + k];
      s1 += (double) row[k + 1] * x[at + k + 1];
      s2 += (double) row[k + 2] * x[at + k + 2];
      s3 += (double) row[k + 3] * x[at + k + 3];
      s4 += (double) row[k + 4] * x[at + k + 4];
      s5 += (double) row[k + 5] * x[at + k + 5];
      s6 += (double) row[k + 6] * x[at + k + 6];
      s7 += (double) row[k + 7] * x[at + k + 7];
    }
    double rest = 0;
    for (; k < row.length; k++) {
      rest += (double) row[k] * x[at + k];
    }
    return ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7)) + rest;
  }
}

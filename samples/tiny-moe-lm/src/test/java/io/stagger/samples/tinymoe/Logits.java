package io.stagger.samples.tinymoe;

/** Measures on logits, {@code [rows][vocabulary]}. */
final class Logits {

  private Logits() {}

  /** The length of the difference as a share of the length of the golden logits. */
  static double relativeError(float[] logits, double[] golden) {
    if (logits.length != golden.length) {
      throw new IllegalArgumentException(logits.length + " logits for " + golden.length);
    }
    double difference = 0;
    double length = 0;
    for (int i = 0; i < golden.length; i++) {
      difference += (logits[i] - golden[i]) * (logits[i] - golden[i]);
      length += golden[i] * golden[i];
    }
    return Math.sqrt(difference / length);
  }

  /** The token with the largest logit of each row, the lowest of equals. */
  static int[] argmax(float[] logits, int vocabulary) {
    int[] best = new int[logits.length / vocabulary];
    for (int row = 0; row < best.length; row++) {
      for (int token = 1; token < vocabulary; token++) {
        if (logits[row * vocabulary + token] > logits[row * vocabulary + best[row]]) {
          best[row] = token;
        }
      }
    }
    return best;
  }
}

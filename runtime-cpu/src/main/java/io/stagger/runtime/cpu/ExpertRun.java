package io.stagger.runtime.cpu;

import io.stagger.api.weights.ExpertWeights;

/**
 * One expert's part in a layer pass.
 *
 * @param gate its gate
 * @param up its up projection
 * @param down its down projection
 * @param in from hidden states to lines of the intermediate values
 * @param lines those lines, from the intermediate values to the results
 */
record ExpertRun(Matrix gate, Matrix up, Matrix down, Gather in, Gather lines) {

  /**
   * @param tokens the token of each line
   * @param lines where the intermediate values and results of each token go
   */
  static ExpertRun of(ExpertWeights weights, int[] tokens, int[] lines) {
    return new ExpertRun(
        Matrix.of(weights.gate()),
        Matrix.of(weights.up()),
        Matrix.of(weights.down()),
        new Gather(tokens, lines),
        new Gather(lines, lines));
  }
}

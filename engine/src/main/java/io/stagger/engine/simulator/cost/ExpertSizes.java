package io.stagger.engine.simulator.cost;

import io.stagger.api.MoeSpec;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidModelException;

/**
 * The sizes of a routed expert: three matrices of hidden x intermediate.
 *
 * @param hidden width of the hidden states, 1 to {@link MoeSpec#MAX_WIDTH}
 * @param intermediate width of the expert, likewise
 * @param weightBytes bytes of a weight, above 0, at most 8; 2 for bfloat16, 1 for float8
 * @param activationBytes bytes of a hidden state's element on its way between ranks, likewise
 */
public record ExpertSizes(
    int hidden, int intermediate, double weightBytes, double activationBytes) {

  private static final int MATRICES = 3;
  private static final int MOST_BYTES = 8;

  /**
   * Checks the sizes.
   *
   * @throws InvalidModelException if one is out of its range
   */
  public ExpertSizes {
    check("hidden size", hidden, 1, MoeSpec.MAX_WIDTH);
    check("expert intermediate size", intermediate, 1, MoeSpec.MAX_WIDTH);
    check("bytes of a weight", weightBytes, Double.MIN_NORMAL, MOST_BYTES);
    check("bytes of an activation", activationBytes, Double.MIN_NORMAL, MOST_BYTES);
  }

  private static void check(String what, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw new InvalidModelException(
          Diagnosis.of(what + " " + value, "model").expecting(least + " to " + most));
    }
  }

  /** Bytes of an expert's weights. */
  public double expertBytes() {
    return MATRICES * (double) hidden * intermediate * weightBytes;
  }

  /** Operations of an expert for a token: a multiplication and an addition for each weight. */
  public double flopsPerToken() {
    return 2.0 * MATRICES * hidden * intermediate;
  }

  /** Bytes of a token on its way to an expert, and again on the way back. */
  public double tokenBytes() {
    return hidden * activationBytes;
  }
}

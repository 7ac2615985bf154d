package io.stagger.runtime.cpu;

import io.stagger.api.ModelShape;
import io.stagger.api.RouterSpec;
import io.stagger.api.RouterSpec.GroupScore;
import io.stagger.api.RouterSpec.Scoring;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.runtime.Routing;
import java.util.Arrays;

/**
 * From router logits to experts and weights, in double precision: scores, groups, top-k,
 * normalisation and scaling as {@link RouterSpec} describes them. Experts come best first by
 * selection score (score plus correction bias); a tie goes to the lowest expert, or group. Weights
 * are rounded to float at the very end. Immutable.
 */
public final class ReferenceRouter {

  private static final double NORMALIZER_FLOOR = 1e-20;

  private final ModelShape shape;
  private final RouterSpec spec;

  /** A router for layers of a shape. */
  public ReferenceRouter(ModelShape shape, RouterSpec spec) {
    this.shape = shape;
    this.spec = spec;
  }

  /**
   * Routes a batch.
   *
   * @param logits {@code [tokens][experts]} row-major
   * @param correctionBias {@code [experts]}; zeros where the model has none
   * @throws InvalidInputException if a logit is NaN or infinite (it names token and expert), or a
   *     length is wrong
   */
  public Routing route(double[] logits, float[] correctionBias) {
    int experts = shape.experts();
    if (logits.length % experts != 0 || correctionBias.length != experts) {
      throw new InvalidInputException(
          Diagnosis.of(logits.length + " logits, " + correctionBias.length + " biases", "router")
              .expecting(experts + " of both, for each token"));
    }
    int tokens = logits.length / experts;
    int[] chosen = new int[tokens * shape.topK()];
    float[] weights = new float[tokens * shape.topK()];
    for (int token = 0; token < tokens; token++) {
      route(token, logits, correctionBias, chosen, weights);
    }
    return Routing.of(shape.topK(), chosen, weights);
  }

  /** Routes one token of a batch; {@code chosen} and {@code weights} are those of the batch. */
  void route(int token, double[] logits, float[] correctionBias, int[] chosen, float[] weights) {
    double[] scores = scores(token, logits);
    double[] selection = new double[scores.length];
    for (int e = 0; e < scores.length; e++) {
      selection[e] = scores[e] + correctionBias[e];
    }
    boolean[] open = openExperts(selection);
    int at = token * shape.topK();
    double sum = 0;
    for (int choice = 0; choice < shape.topK(); choice++) {
      int best = best(selection, open);
      open[best] = false;
      chosen[at + choice] = best;
      sum += scores[best];
    }
    double factor = spec.scalingFactor();
    double divisor = spec.normalize() ? sum + NORMALIZER_FLOOR : 1;
    for (int choice = 0; choice < shape.topK(); choice++) {
      weights[at + choice] = (float) (scores[chosen[at + choice]] / divisor * factor);
    }
  }

  private double[] scores(int token, double[] logits) {
    int experts = shape.experts();
    double[] scores = Arrays.copyOfRange(logits, token * experts, (token + 1) * experts);
    double max = Double.NEGATIVE_INFINITY;
    for (int e = 0; e < experts; e++) {
      if (!Double.isFinite(scores[e])) {
        throw new InvalidInputException(
            Diagnosis.of("the logit is " + scores[e], "router, token " + token + ", expert " + e)
                .expecting("a finite number")
                .remedy("Look for NaN or infinity in the token's hidden state"));
      }
      max = Math.max(max, scores[e]);
    }
    return spec.scoring() == Scoring.SIGMOID ? sigmoid(scores) : softmax(scores, max);
  }

  private static double[] softmax(double[] logits, double max) {
    double sum = 0;
    for (int e = 0; e < logits.length; e++) {
      logits[e] = StrictMath.exp(logits[e] - max);
      sum += logits[e];
    }
    for (int e = 0; e < logits.length; e++) {
      logits[e] /= sum;
    }
    return logits;
  }

  private static double[] sigmoid(double[] logits) {
    for (int e = 0; e < logits.length; e++) {
      logits[e] = logistic(logits[e]);
    }
    return logits;
  }

  /** The logistic function. */
  static double logistic(double x) {
    return 1 / (1 + StrictMath.exp(-x));
  }

  /** The experts of the best groups. */
  private boolean[] openExperts(double[] selection) {
    boolean[] open = new boolean[selection.length];
    if (!shape.hasGroups()) {
      Arrays.fill(open, true);
      return open;
    }
    double[] groupScores = new double[shape.groups()];
    boolean[] openGroups = new boolean[shape.groups()];
    for (int group = 0; group < groupScores.length; group++) {
      groupScores[group] = groupScore(selection, group * shape.expertsPerGroup());
    }
    Arrays.fill(openGroups, true);
    for (int taken = 0; taken < shape.topGroups(); taken++) {
      int group = best(groupScores, openGroups);
      openGroups[group] = false;
      int first = group * shape.expertsPerGroup();
      Arrays.fill(open, first, first + shape.expertsPerGroup(), true);
    }
    return open;
  }

  private double groupScore(double[] selection, int first) {
    double largest = Double.NEGATIVE_INFINITY;
    double second = Double.NEGATIVE_INFINITY;
    for (int e = first; e < first + shape.expertsPerGroup(); e++) {
      if (selection[e] > largest) {
        second = largest;
        largest = selection[e];
      } else {
        second = Math.max(second, selection[e]);
      }
    }
    boolean addsSecond = spec.groupScore() == GroupScore.TOP2_SUM && shape.expertsPerGroup() > 1;
    return addsSecond ? largest + second : largest;
  }

  /** The lowest index of the largest value among those that are open. */
  private static int best(double[] values, boolean[] open) {
    int best = -1;
    for (int i = 0; i < values.length; i++) {
      if (open[i] && (best < 0 || values[i] > values[best])) {
        best = i;
      }
    }
    return best;
  }
}

package io.stagger.testkit;

import io.stagger.api.ModelShape;
import io.stagger.api.MoeSpec;
import io.stagger.api.RouterSpec;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.weights.LayerWeights;
import io.stagger.testkit.PlainBackend.Fault;
import java.util.Arrays;

/** The router of {@link PlainRuntime}. */
final class PlainRouter {

  private final ModelShape shape;
  private final RouterSpec spec;
  private final LayerWeights layer;
  private final Fault fault;

  PlainRouter(MoeSpec spec, LayerWeights layer, Fault fault) {
    this.shape = spec.shape();
    this.spec = spec.router();
    this.layer = layer;
    this.fault = fault;
  }

  void route(int token, float[] x, int[] experts, float[] weights) {
    double[] scores = scores(token, x);
    double[] selection = scores.clone();
    layer.correctionBias().ifPresent(b -> Arrays.setAll(selection, e -> scores[e] + b.get(e)));
    double[] groups = new double[shape.groups()];
    Arrays.setAll(groups, g -> groupScore(selection, g));
    boolean[] open = new boolean[shape.experts()];
    for (int i = 0; i < shape.topGroups(); i++) {
      int group = take(groups);
      int first = group * shape.expertsPerGroup();
      Arrays.fill(open, first, first + shape.expertsPerGroup(), true);
    }
    double[] left = selection.clone();
    Arrays.setAll(left, e -> open[e] ? left[e] : Double.NEGATIVE_INFINITY);
    int at = token * shape.topK();
    double sum = 0;
    double[] used = fault == Fault.WEIGHS_WITH_THE_BIAS ? selection : scores;
    for (int i = at; i < at + shape.topK(); i++) {
      experts[i] = take(left);
      sum += used[experts[i]];
    }
    double factor = spec.scalingFactor() / (spec.normalize() ? sum + 1e-20 : 1);
    for (int i = at; i < at + shape.topK(); i++) {
      weights[i] = (float) (used[experts[i]] * factor);
    }
  }

  private double[] scores(int token, float[] x) {
    double[] scores = new double[shape.experts()];
    double sum = 0;
    for (int e = 0; e < scores.length; e++) {
      double logit = 0;
      for (int k = 0; k < x.length; k++) {
        logit += (double) layer.router().get((long) e * x.length + k) * x[k];
      }
      if (!Double.isFinite(logit) && fault != Fault.ROUTES_NAN) {
        throw new InvalidInputException(Diagnosis.of("not finite", "token " + token));
      }
      boolean sigmoid = spec.scoring() == RouterSpec.Scoring.SIGMOID;
      scores[e] = sigmoid ? 1 / (1 + Math.exp(-logit)) : Math.exp(logit);
      sum += sigmoid ? 0 : scores[e];
    }
    double divisor = sum == 0 ? 1 : sum;
    return Arrays.stream(scores).map(s -> s / divisor).toArray();
  }

  private double groupScore(double[] selection, int group) {
    int first = group * shape.expertsPerGroup();
    double[] sorted =
        Arrays.stream(selection, first, first + shape.expertsPerGroup()).sorted().toArray();
    boolean two = spec.groupScore() == RouterSpec.GroupScore.TOP2_SUM && sorted.length > 1;
    return sorted[sorted.length - 1] + (two ? sorted[sorted.length - 2] : 0);
  }

  /** The largest, which is then gone. */
  private int take(double[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      boolean later = values[i] == values[best] && fault == Fault.GIVES_TIES_TO_THE_HIGHEST;
      best = values[i] > values[best] || later ? i : best;
    }
    values[best] = Double.NEGATIVE_INFINITY;
    return best;
  }
}

package io.stagger.testkit;

import io.stagger.api.ModelShape;
import io.stagger.api.MoeSpec;
import io.stagger.api.RouterSpec;
import io.stagger.api.weights.ExpertWeights;
import io.stagger.api.weights.LayerWeights;
import io.stagger.api.weights.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * An MoE layer computed the plain way, one token at a time, in double precision, with a bound on
 * what a correct runtime's single precision may differ. Written from the definitions and shares no
 * code with any runtime.
 */
public final class DoubleOracle {

  /** Half the distance from 1 to the next float: the relative error of one float operation. */
  private static final double EPSILON = 0x1p-24;

  /** The steepest slope of silu, rounded up. */
  private static final double SILU_SLOPE = 1.1;

  private final SyntheticModel model;
  private final MoeSpec spec;
  private final double operandError;

  /** An oracle of a model, for a runtime that multiplies floats. */
  public DoubleOracle(SyntheticModel model) {
    this(model, 0);
  }

  /**
   * An oracle of a model, for a runtime that rounds what it multiplies experts with.
   *
   * @param operandError the largest relative error of that rounding; 0 for none
   */
  public DoubleOracle(SyntheticModel model, double operandError) {
    this.model = model;
    this.spec = model.spec();
    this.operandError = operandError;
  }

  /**
   * A token's experts and weights.
   *
   * @param experts best first
   * @param weights one for each expert
   * @param margin the smallest difference between two scores whose order decided something
   */
  public record Route(List<Integer> experts, List<Double> weights, double margin) {

    /** Keeps its own lists. */
    public Route {
      experts = List.copyOf(experts);
      weights = List.copyOf(weights);
    }
  }

  /**
   * A number, and how far a single-precision one may be from it.
   *
   * @param value the number
   * @param bound the largest difference, from 0
   */
  public record Bounded(double value, double bound) {}

  /** Routes a token. */
  public Route route(int layer, float[] hidden) {
    LayerWeights weights = model.layer(layer);
    double[] scores = scores(weights.router(), hidden);
    double[] selection = scores.clone();
    weights
        .correctionBias()
        .ifPresent(bias -> {
          for (int e = 0; e < selection.length; e++) {
            selection[e] += bias.get(e);
          }
        });
    List<Double> margins = new ArrayList<>();
    List<Integer> candidates = inBestGroups(selection, margins);
    List<Integer> chosen = best(candidates, e -> selection[e], spec.shape().topK(), margins);
    double sum = chosen.stream().mapToDouble(e -> scores[e]).sum();
    double divisor = spec.router().normalize() ? sum + 1e-20 : 1;
    double factor = spec.router().scalingFactor() / divisor;
    double margin = margins.stream().mapToDouble(m -> m).min().orElse(Double.POSITIVE_INFINITY);
    return new Route(chosen, chosen.stream().map(e -> scores[e] * factor).toList(), margin);
  }

  private double[] scores(Tensor router, float[] hidden) {
    int experts = spec.shape().experts();
    double[] logits = new double[experts];
    for (int e = 0; e < experts; e++) {
      logits[e] = dot(router, e, hidden).value;
    }
    if (spec.router().scoring() == RouterSpec.Scoring.SIGMOID) {
      return IntStream.range(0, experts).mapToDouble(e -> 1 / (1 + Math.exp(-logits[e]))).toArray();
    }
    double max = IntStream.range(0, experts).mapToDouble(e -> logits[e]).max().orElseThrow();
    double sum = IntStream.range(0, experts).mapToDouble(e -> Math.exp(logits[e] - max)).sum();
    return IntStream.range(0, experts).mapToDouble(e -> Math.exp(logits[e] - max) / sum).toArray();
  }

  private List<Integer> inBestGroups(double[] selection, List<Double> margins) {
    ModelShape shape = spec.shape();
    int size = shape.expertsPerGroup();
    int summed = spec.router().groupScore() == RouterSpec.GroupScore.MAX ? 1 : 2;
    List<Integer> groups = IntStream.range(0, shape.groups()).boxed().toList();
    List<Integer> kept =
        best(
            groups,
            g ->
                IntStream.range(g * size, (g + 1) * size)
                    .mapToObj(e -> selection[e])
                    .sorted(Comparator.reverseOrder())
                    .limit(summed)
                    .mapToDouble(s -> s)
                    .sum(),
            shape.topGroups(),
            margins);
    return IntStream.range(0, shape.experts())
        .filter(e -> kept.contains(e / size))
        .boxed()
        .toList();
  }

  /** The best of some candidates, best first, and notes how clearly each won over the next. */
  private static List<Integer> best(
      List<Integer> candidates, ToDoubleFunction<Integer> score, int count, List<Double> margins) {
    // A stable sort: among equals the lower number, which comes first in the list, stays first.
    List<Integer> sorted =
        candidates.stream().sorted(Comparator.comparingDouble(score).reversed()).toList();
    for (int i = 1; i < Math.min(count + 1, sorted.size()); i++) {
      margins.add(score.applyAsDouble(sorted.get(i - 1)) - score.applyAsDouble(sorted.get(i)));
    }
    return sorted.subList(0, count);
  }

  /**
   * A token's output.
   *
   * @param experts its experts, in the order of its list
   * @param weights one for each expert
   * @return {@code [hiddenSize]}
   */
  public List<Bounded> output(int layer, float[] hidden, int[] experts, float[] weights) {
    double[] value = new double[spec.hiddenSize()];
    double[] magnitude = new double[spec.hiddenSize()];
    double[] error = new double[spec.hiddenSize()];
    for (int choice = 0; choice < experts.length; choice++) {
      List<Bounded> result = expert(model.expert(layer, experts[choice]), hidden);
      add(result, weights[choice], value, magnitude, error);
    }
    LayerWeights common = model.layer(layer);
    common
        .shared()
        .ifPresent(shared -> {
          double gate =
              common
                  .sharedGate()
                  .map(g -> 1 / (1 + Math.exp(-dot(g, 0, hidden).value)))
                  .orElse(1.0);
          add(expert(shared, hidden), gate, value, magnitude, error);
        });
    double slack = (experts.length + 3) * EPSILON;
    return IntStream.range(0, value.length)
        .mapToObj(i -> new Bounded(value[i], 1.01 * (error[i] + slack * magnitude[i]) + 1e-37))
        .toList();
  }

  private static void add(
      List<Bounded> result, double weight, double[] value, double[] magnitude, double[] error) {
    for (int i = 0; i < value.length; i++) {
      value[i] += weight * result.get(i).value;
      magnitude[i] += Math.abs(weight * result.get(i).value);
      error[i] += Math.abs(weight) * result.get(i).bound;
    }
  }

  private List<Bounded> expert(ExpertWeights expert, float[] hidden) {
    int width = expert.intermediateSize();
    double[] inner = new double[width];
    double[] innerError = new double[width];
    for (int i = 0; i < width; i++) {
      Bounded gate = product(expert.gate(), i, hidden);
      Bounded up = product(expert.up(), i, hidden);
      double silu = gate.value / (1 + Math.exp(-gate.value));
      double siluError = SILU_SLOPE * gate.bound + 4 * EPSILON * Math.abs(silu);
      inner[i] = silu * up.value;
      innerError[i] =
          Math.abs(silu) * up.bound
              + siluError * (Math.abs(up.value) + up.bound)
              + EPSILON * Math.abs(inner[i]);
    }
    List<Bounded> out = new ArrayList<>();
    for (int row = 0; row < spec.hiddenSize(); row++) {
      double sum = 0;
      double bound = 0;
      for (int i = 0; i < width; i++) {
        double weight = expert.down().get((long) row * width + i);
        sum += weight * inner[i];
        double rounding = (width + 2) * EPSILON + operandError;
        bound += Math.abs(weight) * (innerError[i] + rounding * Math.abs(inner[i]));
      }
      out.add(new Bounded(sum, bound));
    }
    return out;
  }

  /** A row's product with a token whose values the runtime may have rounded. */
  private Bounded product(Tensor matrix, int row, float[] hidden) {
    return dot(matrix, row, hidden, (hidden.length + 2) * EPSILON + operandError);
  }

  /** A row's product with a token; the bound holds for every order of summation. */
  private static Bounded dot(Tensor matrix, int row, float[] hidden) {
    return dot(matrix, row, hidden, (hidden.length + 2) * EPSILON);
  }

  private static Bounded dot(Tensor matrix, int row, float[] hidden, double rounding) {
    double sum = 0;
    double magnitude = 0;
    for (int k = 0; k < hidden.length; k++) {
      double term = (double) matrix.get((long) row * hidden.length + k) * hidden[k];
      sum += term;
      magnitude += Math.abs(term);
    }
    return new Bounded(sum, rounding * magnitude);
  }
}

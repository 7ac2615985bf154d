package io.stagger.samples.tinymoe;

import io.stagger.api.text.MoeLayers;
import io.stagger.api.weights.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The model's MoE layers, scalar and in double precision, written from the model's README alone.
 */
final class OracleMoe implements MoeLayers {

  private static final int HIDDEN = 128;
  private static final int EXPERTS = 64;
  private static final int GROUPS = 8;
  private static final int TOP_GROUPS = 3;
  private static final int TOP_K = 6;

  private final Checkpoint checkpoint;
  private final Map<String, double[]> matrices = new HashMap<>();
  private final Map<Integer, List<Integer>> routes = new HashMap<>();

  OracleMoe(Checkpoint checkpoint) {
    this.checkpoint = checkpoint;
  }

  /** The experts chosen so far in a layer, token by token, best first. */
  List<Integer> routes(int layer) {
    return routes.getOrDefault(layer, List.of());
  }

  @Override
  public float[] forward(int layer, float[] hidden) {
    float[] result = new float[hidden.length];
    for (int from = 0; from < hidden.length; from += HIDDEN) {
      double[] x = new double[HIDDEN];
      for (int i = 0; i < HIDDEN; i++) {
        x[i] = hidden[from + i];
      }
      double[] y = token(layer, x);
      for (int i = 0; i < HIDDEN; i++) {
        result[from + i] = (float) y[i];
      }
    }
    return result;
  }

  private double[] token(int layer, double[] x) {
    String prefix = "model.layers." + layer + ".mlp.";
    double[] p = softmax(multiply(prefix + "gate.weight", x));
    List<Integer> chosen = choose(p);
    routes.computeIfAbsent(layer, any -> new ArrayList<>()).addAll(chosen);
    double sum = chosen.stream().mapToDouble(expert -> p[expert]).sum() + 1e-20;
    double[] y = expert(prefix + "shared_experts.", x);
    for (int expert : chosen) {
      double[] part = expert(prefix + "experts." + expert + ".", x);
      for (int i = 0; i < HIDDEN; i++) {
        y[i] += p[expert] / sum * part[i];
      }
    }
    return y;
  }

  private static List<Integer> choose(double[] p) {
    int size = EXPERTS / GROUPS;
    List<Integer> groups =
        IntStream.range(0, GROUPS)
            .boxed()
            .sorted(
                Comparator.comparingDouble(group ->
                    -IntStream.range(group * size, (group + 1) * size)
                        .mapToDouble(expert -> p[expert])
                        .max()
                        .orElseThrow()))
            .limit(TOP_GROUPS)
            .toList();
    return IntStream.range(0, EXPERTS)
        .boxed()
        .filter(expert -> groups.contains(expert / size))
        .sorted(Comparator.comparingDouble(expert -> -p[expert]))
        .limit(TOP_K)
        .toList();
  }

  private double[] expert(String prefix, double[] x) {
    double[] gate = multiply(prefix + "gate_proj.weight", x);
    double[] up = multiply(prefix + "up_proj.weight", x);
    for (int i = 0; i < gate.length; i++) {
      gate[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
    }
    return multiply(prefix + "down_proj.weight", gate);
  }

  private double[] multiply(String name, double[] x) {
    double[] matrix =
        matrices.computeIfAbsent(
            name,
            any -> {
              Tensor tensor = checkpoint.tensor(name);
              return IntStream.range(0, (int) tensor.elements()).mapToDouble(tensor::get).toArray();
            });
    double[] y = new double[matrix.length / x.length];
    for (int i = 0; i < matrix.length; i++) {
      y[i / x.length] += matrix[i] * x[i % x.length];
    }
    return y;
  }

  private static double[] softmax(double[] logits) {
    double max = java.util.Arrays.stream(logits).max().orElseThrow();
    double[] p = java.util.Arrays.stream(logits).map(logit -> Math.exp(logit - max)).toArray();
    double sum = java.util.Arrays.stream(p).sum();
    return java.util.Arrays.stream(p).map(value -> value / sum).toArray();
  }
}

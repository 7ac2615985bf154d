package io.stagger.engine;

import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.engine.config.ConfigKeys;
import io.stagger.engine.config.StaggerConfig;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a strategy is asked to plan for, made of what was measured. A plan serves the load to come,
 * which is not the one that was counted: experts that are busy in some windows only need room for
 * them, and the extremes of a short count are partly chance.
 *
 * <ol>
 *   <li>Each expert's share of its layer is taken over the windows: the share of the sum ({@code
 *       counts}), a {@code quantile} of the windows' shares, or their mean plus some standard
 *       {@code deviation}s (as vLLM-Ascend's FlashLB does, vllm-project/vllm pull request 37656).
 *   <li>The result is drawn by a factor toward the mean of the layer or of the expert's group.
 * </ol>
 *
 * <p>Immutable.
 */
final class LoadEstimate {

  private final String kind;
  private final double quantile;
  private final double deviations;
  private final double shrink;
  private final boolean toGroup;

  private LoadEstimate(StaggerConfig config) {
    this.kind = config.text(ConfigKeys.LOAD_ESTIMATE);
    this.quantile = config.decimal(ConfigKeys.LOAD_QUANTILE);
    this.deviations = config.decimal(ConfigKeys.LOAD_DEVIATIONS);
    this.shrink = config.decimal(ConfigKeys.LOAD_SHRINK);
    this.toGroup = config.text(ConfigKeys.LOAD_SHRINK_TO).equals(ConfigKeys.SHRINK_TO_GROUP);
  }

  /** The estimate that is configured. */
  static LoadEstimate of(StaggerConfig config) {
    return new LoadEstimate(config);
  }

  /** Whether a load is passed on as it was counted. */
  boolean isPlain() {
    return kind.equals(ConfigKeys.ESTIMATE_COUNTS) && shrink == 0;
  }

  /** What is planned for, in words; for people. */
  String describe(int windows) {
    String what =
        switch (kind) {
          case ConfigKeys.ESTIMATE_QUANTILE ->
              "quantile %s over %d windows".formatted(tell(quantile), windows);
          case ConfigKeys.ESTIMATE_DEVIATION ->
              "mean plus %s deviations over %d windows".formatted(tell(deviations), windows);
          default -> "counts";
        };
    return shrink == 0
        ? what
        : "%s, shrunk by %s toward the %s"
            .formatted(what, tell(shrink), toGroup ? "group" : "layer");
  }

  private static String tell(double number) {
    return String.format(Locale.ROOT, "%.4g", number);
  }

  /**
   * The load to plan for.
   *
   * @param load what was counted
   * @param windows the same, window by window; without any, the load is the only one
   * @return counts of which only the proportions within a layer mean something
   */
  Load estimate(ModelShape model, Load load, List<Load> windows) {
    if (isPlain()) {
      return load;
    }
    List<Load> measured = windows.isEmpty() ? List.of(load) : windows;
    double[][] rows = new double[load.layers()][];
    Arrays.setAll(rows, layer -> shrunk(estimate(layer, load, measured), model));
    return Load.of(load.experts(), rows);
  }

  private double[] estimate(int layer, Load load, List<Load> windows) {
    @Nullable ToDoubleFunction<double[]> summary =
        switch (kind) {
          case ConfigKeys.ESTIMATE_QUANTILE -> this::quantile;
          case ConfigKeys.ESTIMATE_DEVIATION -> this::meanPlusDeviations;
          default -> null;
        };
    List<Load> busy = windows.stream().filter(window -> !window.isIdle(layer)).toList();
    if (summary == null || busy.isEmpty()) {
      return load.layer(layer);
    }
    double total = load.total(layer);
    return IntStream.range(0, load.experts())
        .mapToDouble(expert ->
            total
                * summary.applyAsDouble(
                    busy.stream()
                        .mapToDouble(w -> w.get(layer, expert) / w.total(layer))
                        .toArray()))
        .toArray();
  }

  /** Between two windows, the line between them. */
  private double quantile(double[] shares) {
    Arrays.sort(shares);
    double at = quantile * (shares.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, shares.length - 1);
    return shares[below] + (at - below) * (shares[above] - shares[below]);
  }

  private double meanPlusDeviations(double[] shares) {
    double mean = DoubleStream.of(shares).average().orElse(0);
    double squares = DoubleStream.of(shares).map(share -> (share - mean) * (share - mean)).sum();
    return mean + deviations * Math.sqrt(squares / shares.length);
  }

  private double[] shrunk(double[] counts, ModelShape model) {
    int size = toGroup ? model.expertsPerGroup() : counts.length;
    double[] result = new double[counts.length];
    for (int first = 0; first < counts.length; first += size) {
      double mean = Arrays.stream(counts, first, first + size).sum() / size;
      for (int expert = first; expert < first + size; expert++) {
        result[expert] = counts[expert] + shrink * (mean - counts[expert]);
      }
    }
    return result;
  }
}

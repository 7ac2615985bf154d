package io.stagger.cli.report;

import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.routing.CoSelection;
import io.stagger.engine.quickstart.QuickstartResult;
import io.stagger.engine.quickstart.StrategyRun;
import io.stagger.engine.text.RoutingStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The pictures of a quick start. */
final class QuickstartPictures {

  /** The least distance of two marks on a scale, as a share of its length. */
  private static final double TICK_SPACE = 0.11;

  private final QuickstartResult result;
  private final ModelShape shape;

  QuickstartPictures(QuickstartResult result) {
    this.result = result;
    this.shape = result.model().shape();
  }

  /** Each rank's work by layer, under each strategy. */
  Sheet rankLoad() {
    int ranks = result.baseline().cluster().ranks();
    double max =
        result.runs().stream()
            .flatMapToDouble(run ->
                IntStream.range(0, shape.layers() * ranks)
                    .mapToDouble(i -> run.relativeWork(i / ranks, i % ranks)))
            .max()
            .orElse(1);
    ColorScale scale = ColorScale.aroundOne(max);
    List<HeatMap> maps = new ArrayList<>();
    for (StrategyRun run : result.runs()) {
      maps.add(
          new HeatMap(
              run.contender().title(),
              Axis.each("", "layer ", shape.layers()),
              Axis.each("rank", "", ranks),
              run::relativeWork,
              scale,
              true));
    }
    return new Sheet(
        "a rank's work, as a multiple of the mean rank's", "×", ticks(scale), maps, 1, 46);
  }

  /** Each expert's load by layer. */
  Sheet expertLoad() {
    Load load = result.routing().load();
    double[] means =
        IntStream.range(0, shape.layers())
            .mapToDouble(layer -> load.total(layer) / shape.experts())
            .toArray();
    HeatMap.Cells cells =
        (layer, expert) -> means[layer] == 0 ? 0 : load.get(layer, expert) / means[layer];
    double max =
        IntStream.range(0, shape.layers() * shape.experts())
            .mapToDouble(i -> cells.at(i / shape.experts(), i % shape.experts()))
            .max()
            .orElse(1);
    ColorScale scale = ColorScale.sequential(max);
    HeatMap map =
        new HeatMap(
            "Tokens of each expert",
            Axis.each("", "layer ", shape.layers()),
            Axis.grouped(groupAxis(), "", shape.experts(), shape.expertsPerGroup()),
            cells,
            scale,
            false);
    return new Sheet(
        "an expert's tokens, as a multiple of the mean expert's",
        "×",
        ticks(scale),
        List.of(map),
        1,
        56);
  }

  /** Which experts were chosen together, layer by layer. */
  Sheet coSelection() {
    RoutingStatistics routing = result.routing();
    CoSelection together = routing.coSelection().orElseThrow();
    double max =
        IntStream.range(0, shape.layers())
            .mapToDouble(layer -> largest(together, layer, routing.tokens(layer)))
            .max()
            .orElse(1);
    ColorScale scale = ColorScale.sequential(max);
    List<HeatMap> maps = new ArrayList<>();
    for (int layer = 0; layer < shape.layers(); layer++) {
      int at = layer;
      maps.add(
          new HeatMap(
              "Layer " + layer,
              Axis.grouped("", "", shape.experts(), shape.expertsPerGroup()),
              Axis.grouped(groupAxis(), "", shape.experts(), shape.expertsPerGroup()),
              (row, column) -> percent(together, at, row, column, routing.tokens(at)),
              scale,
              false));
    }
    return new Sheet(
        "tokens that chose both experts (grey: an expert with itself)",
        " %",
        ticks(scale),
        maps,
        2,
        0);
  }

  private String groupAxis() {
    return "expert group (" + shape.expertsPerGroup() + " experts each)";
  }

  private double largest(CoSelection together, int layer, long tokens) {
    return IntStream.range(0, shape.experts() * shape.experts())
        .filter(i -> i / shape.experts() != i % shape.experts())
        .mapToDouble(
            i -> percent(together, layer, i / shape.experts(), i % shape.experts(), tokens))
        .max()
        .orElse(0);
  }

  private static double percent(CoSelection together, int layer, int one, int other, long tokens) {
    return one == other || tokens == 0
        ? Double.NaN
        : 100.0 * together.count(layer, one, other) / tokens;
  }

  /** Zero, {@code max}, and the round numbers between them that are far enough apart. */
  private static List<Double> ticks(ColorScale scale) {
    List<Double> ticks = new ArrayList<>();
    ticks.add(0.0);
    for (double round : new double[] {0.5, 1, 2, 3, 5, 10, 20, 30, 50, 75}) {
      double before = scale.position(ticks.getLast());
      double at = scale.position(round);
      if (round < scale.max() && at - before >= TICK_SPACE && 1 - at >= TICK_SPACE) {
        ticks.add(round);
      }
    }
    ticks.add(scale.max());
    return ticks;
  }
}

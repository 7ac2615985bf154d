package io.stagger.cli.report;

import io.stagger.cli.output.Figures;
import io.stagger.engine.simulator.Comparison;
import io.stagger.engine.simulator.Figure;
import io.stagger.engine.simulator.RankLoads;
import io.stagger.engine.simulator.StrategyScore;
import io.stagger.engine.simulator.Traffic;
import io.stagger.engine.trace.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.XYChart;

/** Every chart of a comparison. */
final class ComparePlots {

  private static final double MICROS = 1e6;
  private static final double THOUSAND = 1000;
  private static final int BARS_HEIGHT = 320;
  private static final int LINES_HEIGHT = 320;
  private static final int LEGEND_LINE = 24;

  /** The terms that a step's time is the sum of, from the bottom of a bar. */
  private static final Map<Figure, String> TERMS =
      new TreeMap<>(
          Map.of(
              Figure.EXPERT_TIME, "experts",
              Figure.DISPATCH_TIME, "dispatch",
              Figure.COMBINE_TIME, "combine"));

  private final Comparison comparison;

  ComparePlots(Comparison comparison) {
    this.comparison = comparison;
  }

  /** All, in the order of the page. */
  List<Plot> all() {
    List<Plot> all = new ArrayList<>(stepTimes());
    all.add(windows());
    all.addAll(rankLoads());
    all.addAll(traffic());
    all.add(expertLoad());
    all.addAll(coSelection());
    return all;
  }

  /** Bars of a step's time by term, one chart a phase; none without a cost model. */
  List<Plot> stepTimes() {
    List<Plot> plots = new ArrayList<>();
    if (comparison.spec().costs().isPresent()) {
      for (Phase phase : Phase.values()) {
        comparison.steps(phase).ifPresent(_ -> plots.add(stepTime(phase)));
      }
    }
    return plots;
  }

  private Plot stepTime(Phase phase) {
    CategoryChart chart = new CategoryChart(PlotStyle.WIDTH, BARS_HEIGHT);
    chart.setTitle("Time of a step by term, " + CompareWords.name(phase));
    chart.setYAxisTitle("microseconds");
    PlotStyle.bars(chart, comparison.scores().size());
    List<String> names = comparison.scores().stream().map(StrategyScore::strategy).toList();
    TERMS.forEach((term, name) ->
        chart.addSeries(
            name, names, values(score -> score.measured(phase, term).value() * MICROS)));
    return new Plot(
        "step-time-" + CompareWords.name(phase),
        "Stacked bars, a strategy each: experts, dispatch and combine. In all: "
            + each(score ->
                CompareWords.value(
                        Figure.STEP_TIME, score.measured(phase, Figure.STEP_TIME).value())
                    + " microseconds")
            + ".",
        chart);
  }

  private List<Double> values(ToDoubleFunction<StrategyScore> value) {
    return comparison.scores().stream().mapToDouble(value).boxed().toList();
  }

  private String each(Function<StrategyScore, String> words) {
    return comparison.scores().stream()
        .map(score -> score.strategy() + " " + words.apply(score))
        .collect(Collectors.joining(", "));
  }

  /** Lines of the imbalance over windows, with what no placement could have beaten. */
  Plot windows() {
    XYChart chart =
        new XYChart(PlotStyle.WIDTH, LINES_HEIGHT + LEGEND_LINE * comparison.scores().size());
    chart.setTitle("Imbalance of whole windows");
    chart.setXAxisTitle("window");
    chart.setYAxisTitle("(max - mean) / mean");
    PlotStyle.lines(chart);
    List<Integer> windows =
        IntStream.rangeClosed(2, comparison.base().windows().size() + 1).boxed().toList();
    for (StrategyScore score : comparison.scores()) {
      chart.addSeries(
          score.strategy(),
          windows,
          score.windows().stream().map(window -> window.imbalance()).toList());
    }
    chart.addSeries(
        "bound",
        windows,
        comparison.base().windows().stream().map(window -> window.bound()).toList());
    chart.setCustomXAxisTickLabelsFormatter(ComparePlots::whole);
    return new Plot(
        "imbalance-over-windows",
        "Lines, a strategy each, from window 2 to window "
            + windows.getLast()
            + ". Means over the windows: "
            + each(score -> Figures.ratio(score.windowImbalance()))
            + ".",
        chart);
  }

  /** Numbers between two windows have no name. */
  private static String whole(double window) {
    return window == Math.rint(window) ? String.format(Locale.ROOT, "%.0f", window) : "";
  }

  /** Heat maps of ranks by layer, a strategy each, of one scale. */
  List<Plot> rankLoads() {
    double most = 1;
    for (StrategyScore score : comparison.scores()) {
      most = rankGrid(score.rankLoads()).max(most);
    }
    ColorScale scale = ColorScale.aroundOne(Plot.roundUp(most));
    return comparison.scores().stream().map(score -> rankLoad(score, scale)).toList();
  }

  private static Grid rankGrid(RankLoads loads) {
    return new Grid(
        Axis.of("layer", loads.layers()), Axis.of("rank", loads.ranks()), loads::relative);
  }

  private static Plot rankLoad(StrategyScore score, ColorScale scale) {
    RankLoads loads = score.rankLoads();
    return new Plot(
        "rank-load-" + score.strategy(),
        "Heat map of the work of each rank in each layer over the even work, under "
            + score.strategy()
            + "; mean imbalance of windows "
            + Figures.ratio(score.windowImbalance())
            + ".",
        rankGrid(loads).chart("Work of ranks, " + score.strategy(), scale));
  }

  /** Heat maps of what ranks sent each other, a strategy each, of one scale. */
  List<Plot> traffic() {
    long most =
        comparison.scores().stream()
            .mapToLong(score -> score.traffic().hottest().copies())
            .max()
            .orElse(0);
    return comparison.scores().stream().map(score -> traffic(score, most)).toList();
  }

  private static Plot traffic(StrategyScore score, long most) {
    Traffic traffic = score.traffic();
    Traffic.Hottest link = traffic.hottest();
    return new Plot(
        "traffic-" + score.strategy(),
        "Heat map of tokens sent from rank to rank under %s; the hottest link is %d to %d, %s tokens."
            .formatted(score.strategy(), link.from(), link.to(), Figures.count(link.copies())),
        new Grid(
                Axis.of("from rank", traffic.ranks()),
                Axis.of("to rank", traffic.ranks()),
                (from, to) -> traffic.copies(from, to) / THOUSAND)
            .chart(
                "Thousand tokens between ranks, " + score.strategy(),
                ColorScale.sequential(Plot.roundUp(Math.max(1, most) / THOUSAND))));
  }

  /** A heat map of the load of each expert, over the mean of its layer. */
  Plot expertLoad() {
    return new RoutingPlots(comparison.model()).expertLoad(comparison.load());
  }

  /** A heat map of experts that were chosen together; none where that was not counted. */
  List<Plot> coSelection() {
    return comparison
        .coSelection()
        .map(together -> new RoutingPlots(comparison.model()).coSelection(together))
        .stream()
        .toList();
  }
}

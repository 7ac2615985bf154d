package io.stagger.cli.report;

import io.stagger.engine.quickstart.QuickstartResult;
import io.stagger.engine.quickstart.StrategyRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.HeatMapChart;

/** Every chart of a quick start. */
final class QuickstartPlots {

  private final QuickstartResult result;
  private final RoutingPlots routing;

  QuickstartPlots(QuickstartResult result) {
    this.result = result;
    this.routing = new RoutingPlots(result.model().shape());
  }

  /** All, in the order of the page. */
  List<Plot> all() {
    List<Plot> all = new ArrayList<>(rankLoads());
    all.add(expertLoad());
    all.addAll(coSelection());
    return all;
  }

  /** Heat maps of each rank's work by layer, a placement each, of one scale. */
  List<Plot> rankLoads() {
    double most = 1;
    for (StrategyRun run : result.runs()) {
      most = grid(run).max(most);
    }
    ColorScale scale = ColorScale.aroundOne(Plot.roundUp(most));
    return result.runs().stream().map(run -> rankLoad(run, scale)).toList();
  }

  private Grid grid(StrategyRun run) {
    return new Grid(
        Axis.of("layer", result.model().shape().layers()),
        Axis.of("rank", run.cluster().ranks()),
        run::relativeWork);
  }

  private Plot rankLoad(StrategyRun run, ColorScale scale) {
    String title = run.contender().title();
    HeatMapChart chart = grid(run).chart("Work of ranks, " + title, scale);
    PlotStyle.printed(chart);
    String name = title.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    return new Plot(
        "rank-load-" + name,
        "Heat map of the work of each rank in each layer over the mean rank's, under %s."
            .formatted(title),
        chart);
  }

  /** A heat map of each expert's load by layer. */
  Plot expertLoad() {
    return routing.expertLoad(result.routing().load());
  }

  /** Heat maps of the experts that were chosen together, a layer each. */
  List<Plot> coSelection() {
    return routing.coSelectionByLayer(result.routing().coSelection().orElseThrow());
  }
}

package io.stagger.cli.report;

import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.routing.CoSelection;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Charts of what a router does, whatever the placement. */
final class RoutingPlots {

  /** Cells of more experts would be smaller than a point. */
  private static final int MOST_CELLS = 128;

  private final ModelShape model;

  RoutingPlots(ModelShape model) {
    this.model = model;
  }

  /** A heat map of the load of each expert, over the mean of its layer. */
  Plot expertLoad(Load load) {
    Grid grid =
        new Grid(
            Axis.of("layer", load.layers()),
            new Axis("expert", model.experts(), model.expertsPerGroup(), 1),
            (layer, expert) -> relative(load, layer, expert));
    double most = grid.max(1);
    return new Plot(
        "expert-load",
        "Heat map of the choices of each expert in each layer over the layer's mean; at most %s."
            .formatted(String.format(Locale.ROOT, "%.2f", most)),
        grid.chart("Load of experts, over the mean", scale(most)));
  }

  private static double relative(Load load, int layer, int expert) {
    double total = load.total(layer);
    return total == 0 ? 0 : load.get(layer, expert) * load.experts() / total;
  }

  /** A heat map of how often two experts of a layer were chosen together, over the mean pair. */
  Plot coSelection(CoSelection together) {
    Grid grid = pairs(together, 0);
    return coSelection("co-selection", "Experts chosen together", grid, scale(grid.max(1)));
  }

  /** Likewise, a chart for each layer, of one scale. */
  List<Plot> coSelectionByLayer(CoSelection together) {
    List<Grid> grids =
        IntStream.range(0, together.layers()).mapToObj(layer -> pairs(together, layer)).toList();
    double most = 1;
    for (Grid grid : grids) {
      most = grid.max(most);
    }
    ColorScale scale = scale(most);
    return IntStream.range(0, grids.size())
        .mapToObj(layer ->
            coSelection(
                "co-selection-" + layer,
                "Experts chosen together, layer " + layer,
                grids.get(layer),
                scale))
        .toList();
  }

  private static ColorScale scale(double most) {
    return ColorScale.sequential(Plot.roundUp(most));
  }

  private Plot coSelection(String name, String title, Grid grid, ColorScale scale) {
    return new Plot(
        name,
        "%s: heat map of how many tokens chose both of two experts, over the mean pair; at most %s."
            .formatted(title, String.format(Locale.ROOT, "%.2f", grid.max(0))),
        grid.chart(title, scale));
  }

  private Grid pairs(CoSelection together, int layer) {
    int step = step();
    int cells = model.experts() / step;
    Axis axis = new Axis("expert", cells, model.expertsPerGroup() / step, step);
    PairMeans means = new PairMeans(together, layer);
    double mean = means.of(0, 0, model.experts());
    return new Grid(
        axis,
        axis,
        (row, column) -> mean == 0 ? 0 : means.of(row * step, column * step, step) / mean);
  }

  /** How many experts share a cell: a divisor of a group. */
  private int step() {
    int step = 1;
    while (model.experts() / step > MOST_CELLS && step < model.expertsPerGroup()) {
      step++;
      while (model.expertsPerGroup() % step != 0) {
        step++;
      }
    }
    return step;
  }

  /** Means over squares of a layer's table of pairs. */
  private record PairMeans(CoSelection together, int layer) {

    /** The mean over the pairs of different experts in a square; 0 if it has none. */
    private double of(int top, int left, int side) {
      double sum = 0;
      int pairs = 0;
      for (int one = top; one < top + side; one++) {
        for (int other = left; other < left + side; other++) {
          sum += one == other ? 0 : together.count(layer, one, other);
          pairs += one == other ? 0 : 1;
        }
      }
      return pairs == 0 ? 0 : sum / pairs;
    }
  }
}

package io.stagger.bench;

import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Time against size on logarithmic axes, with n log n beside it to compare the slopes.
 *
 * @param strategy whose time it is
 * @param points the measurements; of equal ranks, in ascending order of slots
 */
record GrowthPlot(String strategy, List<Point> points) {

  private static final int WIDTH = 760;
  private static final int HEIGHT = 480;
  private static final int LEFT = 80;
  private static final int RIGHT = 640;
  private static final int TOP = 50;
  private static final int BOTTOM = 420;
  private static final double MIN_SLOTS = 8;
  private static final double MAX_SLOTS = 16_384;
  private static final int REFERENCE_FROM = 64;
  private static final double MIN_MICROS = 0.1;
  private static final double MAX_MICROS = 1_000;

  /**
   * A measurement.
   *
   * @param slots of a layer
   * @param micros a layer's time in microseconds
   */
  record Point(int ranks, int slots, double micros) {

    /** Slots times their binary logarithm. */
    double work() {
      return slots * Math.log(slots) / Math.log(2);
    }
  }

  /** Keeps its own list. */
  GrowthPlot {
    points = List.copyOf(points);
  }

  /** The picture. */
  String svg() {
    SvgChart chart = new SvgChart(WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM);
    chart.label(LEFT, 28, "start", "Time of a layer's plan by " + strategy + ", in microseconds");
    chart.label((LEFT + RIGHT) / 2.0, HEIGHT - 18, "middle", "slots of a layer");
    addGrid(chart);
    addReference(chart);
    points.stream()
        .collect(Collectors.groupingBy(Point::ranks, TreeMap::new, Collectors.toList()))
        .forEach((ranks, of) ->
            chart.series(
                ranks == 1 ? "1 rank" : ranks + " ranks",
                of,
                point -> x(point.slots()),
                point -> y(point.micros())));
    return chart.finish();
  }

  private static void addGrid(SvgChart chart) {
    for (double slots = MIN_SLOTS; slots <= MAX_SLOTS; slots *= 2) {
      chart.upright(x(slots), "%d".formatted((int) slots));
    }
    for (double micros = MIN_MICROS; micros <= MAX_MICROS * 1.01; micros *= 10) {
      chart.level(y(micros), micros < 1 ? "0.1" : "%,d".formatted(Math.round(micros)));
    }
  }

  /** Through the largest measurement of the most ranks. */
  private void addReference(SvgChart chart) {
    Point last = points.getLast();
    double scale = last.micros() / last.work();
    Point small = new Point(1, REFERENCE_FROM, 0);
    chart.line(
        x(small.slots()),
        y(scale * small.work()),
        x(last.slots()),
        y(last.micros()),
        "stroke=\"#888\" stroke-dasharray=\"6 5\"");
    chart.label(x(small.slots()), y(scale * small.work()) + 18, "start", "n log n");
  }

  private static double x(double slots) {
    return LEFT + (RIGHT - LEFT) * Math.log(slots / MIN_SLOTS) / Math.log(MAX_SLOTS / MIN_SLOTS);
  }

  private static double y(double micros) {
    return BOTTOM
        - (BOTTOM - TOP) * Math.log(micros / MIN_MICROS) / Math.log(MAX_MICROS / MIN_MICROS);
  }
}

package io.stagger.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Ranks visited against imbalance, one line for each cluster.
 *
 * @param points of equal clusters, in ascending order of their caps
 */
record FrontierPlot(List<Point> points) {

  private static final int WIDTH = 760;
  private static final int HEIGHT = 460;
  private static final int LEFT = 70;
  private static final int RIGHT = 560;
  private static final int TOP = 50;
  private static final int BOTTOM = 400;
  private static final double MOST_IMBALANCE = 0.8;
  private static final double MIN_RANKS = 1.6;
  private static final double MAX_RANKS = 3.4;

  /**
   * A scored plan.
   *
   * @param cluster its name
   * @param ranks visited by a token in a layer
   */
  record Point(String cluster, double imbalance, double ranks) {}

  /** Keeps its own list. */
  FrontierPlot {
    points = List.copyOf(points);
  }

  /** The picture. */
  String svg() {
    SvgChart chart = new SvgChart(WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM);
    chart.label(LEFT, 28, "start", "Ranks that a token visits, by the imbalance that is allowed");
    chart.label(
        (LEFT + RIGHT) / 2.0, HEIGHT - 16, "middle", "imbalance on sequences not planned on");
    addGrid(chart);
    points.stream()
        .collect(Collectors.groupingBy(Point::cluster, LinkedHashMap::new, Collectors.toList()))
        .forEach((cluster, of) ->
            chart.series(cluster, of, point -> x(point.imbalance()), point -> y(point.ranks())));
    return chart.finish();
  }

  private static void addGrid(SvgChart chart) {
    for (int tenth = 0; tenth <= 8; tenth += 2) {
      chart.upright(x(tenth / 10.0), "0." + tenth);
    }
    for (int fifth = 8; fifth <= 17; fifth++) {
      chart.level(y(fifth / 5.0), SvgChart.number(fifth / 5.0));
    }
  }

  private static double x(double imbalance) {
    return LEFT + (RIGHT - LEFT) * Math.min(imbalance, MOST_IMBALANCE) / MOST_IMBALANCE;
  }

  private static double y(double ranks) {
    return BOTTOM - (BOTTOM - TOP) * (ranks - MIN_RANKS) / (MAX_RANKS - MIN_RANKS);
  }
}

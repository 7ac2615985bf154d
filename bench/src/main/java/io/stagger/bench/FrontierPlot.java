package io.stagger.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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
  private static final List<String> COLOURS = List.of("#1b6ca8", "#c8553d", "#2e8b57", "#7a4fa3");

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
    StringBuilder svg = new StringBuilder();
    add(
        svg,
        ("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
                + " font-family=\"sans-serif\" font-size=\"13\">")
            .formatted(WIDTH, HEIGHT));
    add(svg, "<rect width=\"%d\" height=\"%d\" fill=\"white\"/>".formatted(WIDTH, HEIGHT));
    label(svg, LEFT, 28, "start", "Ranks that a token visits, by the imbalance that is allowed");
    label(
        svg, (LEFT + RIGHT) / 2.0, HEIGHT - 16, "middle", "imbalance on sequences not planned on");
    addGrid(svg);
    addSeries(svg);
    return svg.append("</svg>\n").toString();
  }

  private static void addGrid(StringBuilder svg) {
    for (int tenth = 0; tenth <= 8; tenth += 2) {
      double imbalance = tenth / 10.0;
      line(svg, x(imbalance), TOP, x(imbalance), BOTTOM, "stroke=\"#e4e4e4\"");
      label(svg, x(imbalance), BOTTOM + 20, "middle", "0." + tenth);
    }
    for (int fifth = 8; fifth <= 17; fifth++) {
      line(svg, LEFT, y(fifth / 5.0), RIGHT, y(fifth / 5.0), "stroke=\"#e4e4e4\"");
      label(svg, LEFT - 8, y(fifth / 5.0) + 4, "end", number(fifth / 5.0));
    }
  }

  private void addSeries(StringBuilder svg) {
    LinkedHashMap<String, List<Point>> byCluster =
        points.stream()
            .collect(
                Collectors.groupingBy(Point::cluster, LinkedHashMap::new, Collectors.toList()));
    int series = 0;
    for (var entry : byCluster.entrySet()) {
      String colour = COLOURS.get(series % COLOURS.size());
      String path =
          entry.getValue().stream()
              .map(point -> number(x(point.imbalance())) + "," + number(y(point.ranks())))
              .collect(Collectors.joining(" "));
      add(
          svg,
          "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>"
              .formatted(path, colour));
      for (Point point : entry.getValue()) {
        add(
            svg,
            "<circle cx=\"%s\" cy=\"%s\" r=\"3\" fill=\"%s\"/>"
                .formatted(number(x(point.imbalance())), number(y(point.ranks())), colour));
      }
      int key = TOP + 20 + 22 * series++;
      line(
          svg,
          RIGHT + 12,
          key - 4,
          RIGHT + 32,
          key - 4,
          "stroke-width=\"3\" stroke=\"" + colour + "\"");
      label(svg, RIGHT + 38, key, "start", entry.getKey());
    }
  }

  private static double x(double imbalance) {
    return LEFT + (RIGHT - LEFT) * Math.min(imbalance, MOST_IMBALANCE) / MOST_IMBALANCE;
  }

  private static double y(double ranks) {
    return BOTTOM - (BOTTOM - TOP) * (ranks - MIN_RANKS) / (MAX_RANKS - MIN_RANKS);
  }

  private static void line(
      StringBuilder svg, double x1, double y1, double x2, double y2, String style) {
    add(
        svg,
        "<line x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\" %s/>"
            .formatted(number(x1), number(y1), number(x2), number(y2), style));
  }

  private static void label(StringBuilder svg, double x, double y, String anchor, String text) {
    add(
        svg,
        "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>"
            .formatted(number(x), number(y), anchor, text));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  private static void add(StringBuilder svg, String element) {
    svg.append(element).append('\n');
  }
}

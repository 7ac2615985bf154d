package io.stagger.bench;

import java.util.List;
import java.util.Locale;
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
  private static final List<String> COLOURS = List.of("#1b6ca8", "#c8553d", "#2e8b57", "#7a4fa3");

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
    StringBuilder svg = new StringBuilder();
    add(
        svg,
        ("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
                + " font-family=\"sans-serif\" font-size=\"13\">")
            .formatted(WIDTH, HEIGHT));
    add(svg, "<rect width=\"%d\" height=\"%d\" fill=\"white\"/>".formatted(WIDTH, HEIGHT));
    label(svg, LEFT, 28, "start", "Time of a layer's plan by " + strategy + ", in microseconds");
    label(svg, (LEFT + RIGHT) / 2.0, HEIGHT - 18, "middle", "slots of a layer");
    addGrid(svg);
    addReference(svg);
    addSeries(svg);
    return svg.append("</svg>\n").toString();
  }

  private static void addGrid(StringBuilder svg) {
    for (double slots = MIN_SLOTS; slots <= MAX_SLOTS; slots *= 2) {
      line(svg, x(slots), TOP, x(slots), BOTTOM, "stroke=\"#e4e4e4\"");
      label(svg, x(slots), BOTTOM + 20, "middle", "%d".formatted((int) slots));
    }
    for (double micros = MIN_MICROS; micros <= MAX_MICROS * 1.01; micros *= 10) {
      line(svg, LEFT, y(micros), RIGHT, y(micros), "stroke=\"#e4e4e4\"");
      String text = micros < 1 ? "0.1" : "%,d".formatted(Math.round(micros));
      label(svg, LEFT - 8, y(micros) + 4, "end", text);
    }
  }

  /** Through the largest measurement of the most ranks. */
  private void addReference(StringBuilder svg) {
    Point last = points.getLast();
    double scale = last.micros() / last.work();
    Point small = new Point(1, REFERENCE_FROM, 0);
    line(
        svg,
        x(small.slots()),
        y(scale * small.work()),
        x(last.slots()),
        y(last.micros()),
        "stroke=\"#888\" stroke-dasharray=\"6 5\"");
    label(svg, x(small.slots()), y(scale * small.work()) + 18, "start", "n log n");
  }

  private void addSeries(StringBuilder svg) {
    TreeMap<Integer, List<Point>> byRanks =
        points.stream()
            .collect(Collectors.groupingBy(Point::ranks, TreeMap::new, Collectors.toList()));
    int series = 0;
    for (var ranks : byRanks.entrySet()) {
      String colour = COLOURS.get(series % COLOURS.size());
      String path =
          ranks.getValue().stream()
              .map(point -> number(x(point.slots())) + "," + number(y(point.micros())))
              .collect(Collectors.joining(" "));
      add(
          svg,
          "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>"
              .formatted(path, colour));
      for (Point point : ranks.getValue()) {
        add(
            svg,
            "<circle cx=\"%s\" cy=\"%s\" r=\"3\" fill=\"%s\"/>"
                .formatted(number(x(point.slots())), number(y(point.micros())), colour));
      }
      int key = TOP + 20 + 22 * series;
      line(
          svg,
          RIGHT + 12,
          key - 4,
          RIGHT + 32,
          key - 4,
          "stroke-width=\"3\" stroke=\"" + colour + "\"");
      label(
          svg,
          RIGHT + 38,
          key,
          "start",
          ranks.getKey() == 1 ? "1 rank" : ranks.getKey() + " ranks");
      series++;
    }
  }

  private static double x(double slots) {
    return LEFT + (RIGHT - LEFT) * Math.log(slots / MIN_SLOTS) / Math.log(MAX_SLOTS / MIN_SLOTS);
  }

  private static double y(double micros) {
    return BOTTOM
        - (BOTTOM - TOP) * Math.log(micros / MIN_MICROS) / Math.log(MAX_MICROS / MIN_MICROS);
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

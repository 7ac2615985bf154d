package io.stagger.bench;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * A chart of lines in the making: the frame, a grid that the caller knows the values of, and series
 * with a key beside. All coordinates are those of the picture.
 */
final class SvgChart {

  private static final List<String> COLOURS = List.of("#1b6ca8", "#c8553d", "#2e8b57", "#7a4fa3");
  private static final String GRID = "stroke=\"#e4e4e4\"";

  private final StringBuilder svg = new StringBuilder();
  private final int left;
  private final int right;
  private final int top;
  private final int bottom;
  private int series;

  /**
   * An empty chart.
   *
   * @param left where the axes begin; likewise the others
   */
  SvgChart(int width, int height, int left, int right, int top, int bottom) {
    this.left = left;
    this.right = right;
    this.top = top;
    this.bottom = bottom;
    add(
        ("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
                + " font-family=\"sans-serif\" font-size=\"13\">")
            .formatted(width, height));
    add("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>".formatted(width, height));
  }

  /** A line of the grid that goes up, with its value below. */
  void upright(double x, String value) {
    line(x, top, x, bottom, GRID);
    label(x, bottom + 20, "middle", value);
  }

  /** A line of the grid that goes across, with its value to the left. */
  void level(double y, String value) {
    line(left, y, right, y, GRID);
    label(left - 8, y + 4, "end", value);
  }

  /** A line through points, each marked, in the next colour, with its name in the key. */
  <T> void series(String name, List<T> points, ToDoubleFunction<T> x, ToDoubleFunction<T> y) {
    String colour = COLOURS.get(series % COLOURS.size());
    String path =
        points.stream()
            .map(point -> number(x.applyAsDouble(point)) + "," + number(y.applyAsDouble(point)))
            .collect(Collectors.joining(" "));
    add(
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>"
            .formatted(path, colour));
    for (T point : points) {
      add(
          "<circle cx=\"%s\" cy=\"%s\" r=\"3\" fill=\"%s\"/>"
              .formatted(number(x.applyAsDouble(point)), number(y.applyAsDouble(point)), colour));
    }
    int key = top + 20 + 22 * series++;
    String style = "stroke-width=\"3\" stroke=\"" + colour + "\"";
    line(right + 12, key - 4, right + 32, key - 4, style);
    label(right + 38, key, "start", name);
  }

  void line(double x1, double y1, double x2, double y2, String style) {
    add(
        "<line x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\" %s/>"
            .formatted(number(x1), number(y1), number(x2), number(y2), style));
  }

  void label(double x, double y, String anchor, String text) {
    add(
        "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>"
            .formatted(number(x), number(y), anchor, text));
  }

  /** The picture. */
  String finish() {
    return svg.append("</svg>\n").toString();
  }

  static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  private void add(String element) {
    svg.append(element).append('\n');
  }
}

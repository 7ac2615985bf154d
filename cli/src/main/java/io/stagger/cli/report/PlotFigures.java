package io.stagger.cli.report;

import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

/** Charts as a page shows them, in the page itself. */
final class PlotFigures {

  /** A drawing with more cells than a browser draws gladly is shown as a picture instead. */
  private static final int LARGEST_DRAWING = 1_500_000;

  private PlotFigures() {}

  /** Charts side by side, as far as there is room. */
  static String html(List<Plot> plots) {
    return plots.stream()
        .map(PlotFigures::figure)
        .collect(Collectors.joining("\n", "<div class=\"plots\">\n", "\n</div>"));
  }

  private static String figure(Plot plot) {
    byte[] drawing = plot.svg();
    String source =
        drawing.length <= LARGEST_DRAWING
            ? "data:image/svg+xml;base64," + Base64.getEncoder().encodeToString(drawing)
            : "data:image/png;base64," + Base64.getEncoder().encodeToString(plot.png());
    return "<figure><img alt=\"%s\" width=\"%d\" height=\"%d\" src=\"%s\"/></figure>"
        .formatted(
            HtmlTemplate.escape(plot.text()),
            plot.chart().getWidth(),
            plot.chart().getHeight(),
            source);
  }
}

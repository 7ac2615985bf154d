package io.stagger.cli.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.Locale;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.CategoryStyler;
import org.knowm.xchart.style.HeatMapStyler;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;

/** How all charts look: sizes that are legible on a phone, colours that are in light and dark. */
final class PlotStyle {

  static final int WIDTH = 480;

  /** Of lines between groups of cells; in light and dark, since cells are coloured in both. */
  static final Color BORDER = new Color(0xFFFFFE);

  private static final Color INK = new Color(0x1F2329);
  private static final Color PALE = new Color(0x59636F);
  private static final Color LINE = new Color(0xD1D9E1);
  private static final Color BLACK = new Color(0x000001);
  private static final Color NONE = new Color(255, 255, 255, 0);
  private static final Color DARK_INK = new Color(0xF0F6FC);
  private static final Color DARK_PALE = new Color(0x9BA3AD);
  private static final Color DARK_LINE = new Color(0x3D444D);

  /** Each has a contrast of 3 to white and to the dark ground at least. */
  private static final Color[] SERIES = {
    new Color(0x3B82C4),
    new Color(0xCB7420),
    new Color(0x2A9573),
    new Color(0xB25FB5),
    new Color(0xC9504B),
    new Color(0x85892B),
    new Color(0x6C7A89),
    new Color(0x9C6B4F)
  };

  private static final float[][] DASHES = {null, {7, 3}, {2, 3}, {9, 3, 2, 3}};
  private static final float STROKE = 2;

  /** Of more strategies, the names under the bars would run into each other. */
  private static final int MOST_LEVEL_NAMES = 5;

  private static final int SLANT = 45;
  private static final int TITLE_SIZE = 15;
  private static final int LABEL_SIZE = 12;

  private PlotStyle() {}

  /** The style sheet: no seams between cells, and other inks for those who prefer dark. */
  static String css() {
    return "rect { shape-rendering: crispEdges } @media (prefers-color-scheme: dark) {"
        + turn(INK, DARK_INK)
        + turn(PALE, DARK_PALE)
        + turn(LINE, DARK_LINE)
        + "}";
  }

  private static String turn(Color light, Color dark) {
    return " [fill='%1$s'] { fill: %2$s } [stroke='%1$s'] { stroke: %2$s }"
        .formatted(rgb(light), rgb(dark));
  }

  /** A colour as SVG has it. */
  static String rgb(Color color) {
    return "rgb(" + color.getRed() + "," + color.getGreen() + "," + color.getBlue() + ")";
  }

  static void bars(CategoryChart chart, int bars) {
    CategoryStyler style = chart.getStyler();
    common(style);
    style.setSeriesColors(SERIES);
    style.setStacked(true);
    style.setAvailableSpaceFill(0.6);
    style.setXAxisLabelRotation(bars > MOST_LEVEL_NAMES ? SLANT : 0);
    legend(style, LegendLayout.Horizontal);
  }

  static void lines(XYChart chart) {
    XYStyler style = chart.getStyler();
    common(style);
    style.setSeriesColors(SERIES);
    style.setMarkerSize(7);
    BasicStroke[] strokes = new BasicStroke[DASHES.length];
    for (int i = 0; i < strokes.length; i++) {
      strokes[i] =
          new BasicStroke(
              STROKE, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, STROKE, DASHES[i], 0);
    }
    style.setSeriesLines(strokes);
    legend(style, LegendLayout.Vertical);
  }

  private static void legend(AxesChartStyler style, LegendLayout layout) {
    style.setLegendPosition(LegendPosition.OutsideS);
    style.setLegendLayout(layout);
    style.setYAxisMin(0.0);
    style.setPlotGridVerticalLinesVisible(false);
  }

  static void cells(HeatMapChart chart, ColorScale scale) {
    HeatMapStyler style = chart.getStyler();
    common(style);
    style.setRangeColors(scale.samples());
    style.setMin(0);
    style.setMax(scale.max());
    style.setPlotBackgroundColor(scale.middle());
    style.setPlotContentSize(1);
    style.setDrawBorder(false);
    style.setPlotGridLinesVisible(false);
    style.setLegendPosition(LegendPosition.OutsideE);
    style.setGradientColorColumnHeight(140);
    style.setGradientColorColumnWeight(14);
  }

  /** Prints the number of each cell in it. */
  static void printed(HeatMapChart chart) {
    HeatMapStyler style = chart.getStyler();
    style.setShowValue(true);
    style.setValueFont(font(Font.PLAIN, LABEL_SIZE));
    style.setValueFontColor(BLACK);
    style.setHeatMapValueDecimalPattern("0.00");
  }

  private static void common(AxesChartStyler style) {
    style.setChartBackgroundColor(NONE);
    style.setPlotBackgroundColor(NONE);
    style.setLegendBackgroundColor(NONE);
    style.setLegendBorderColor(NONE);
    style.setChartFontColor(INK);
    style.setXAxisTitleColor(PALE);
    style.setYAxisTitleColor(PALE);
    style.setAxisTickLabelsColor(PALE);
    style.setXAxisTickLabelsColor(PALE);
    style.setYAxisTickLabelsColor(PALE);
    style.setAxisTickMarksColor(LINE);
    style.setXAxisTickMarksColor(LINE);
    style.setYAxisTickMarksColor(LINE);
    style.setPlotGridLinesColor(LINE);
    style.setPlotBorderVisible(false);
    style.setChartTitleFont(font(Font.BOLD, TITLE_SIZE));
    style.setAxisTitleFont(font(Font.PLAIN, LABEL_SIZE));
    style.setAxisTickLabelsFont(font(Font.PLAIN, LABEL_SIZE));
    style.setLegendFont(font(Font.PLAIN, LABEL_SIZE));
    style.setChartTitleBoxVisible(false);
    style.setLocale(Locale.ROOT);
    style.setChartPadding(6);
  }

  private static Font font(int weight, int size) {
    return new Font(Font.SANS_SERIF, weight, size);
  }
}

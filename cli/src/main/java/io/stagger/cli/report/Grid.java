package io.stagger.cli.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.style.Styler.ChartTheme;

/**
 * Numbers to be drawn as a heat map.
 *
 * @param rows how many, the first on top
 * @param rowTitle what a row is
 * @param columns how many
 * @param columnTitle what a column is
 * @param cells the numbers
 */
record Grid(int rows, String rowTitle, int columns, String columnTitle, Cells cells) {

  private static final int PLOT_WIDTH = 350;
  private static final int AROUND = 100;
  private static final int MOST_LINES = 16;
  private static final int CHARACTERS = 24;
  private static final int LEAST_CELL = 4;
  private static final int MOST_CELL = 30;

  /** The number of a cell. */
  @FunctionalInterface
  interface Cells {
    double at(int row, int column);
  }

  /** The chart. */
  HeatMapChart chart(String title, ColorScale scale) {
    HeatMapChart chart =
        new HeatMapChart(
            PlotStyle.WIDTH,
            AROUND + rows * cellHeight(),
            ChartTheme.XChart); // without, none is set
    chart.setTitle(title);
    chart.setXAxisTitle(columnTitle);
    chart.setYAxisTitle(rowTitle);
    PlotStyle.cells(chart, scale);
    List<Number[]> numbers = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        // The library counts rows from the bottom.
        numbers.add(new Number[] {column, rows - 1 - row, cells.at(row, column)});
      }
    }
    chart.addSeries(
        title,
        labels(columns, CHARACTERS / ("" + columns).length()),
        labels(rows, MOST_LINES).reversed(),
        numbers);
    return chart;
  }

  /** Squares, where as many would be neither too flat nor too tall. */
  private int cellHeight() {
    return Math.clamp(
        PLOT_WIDTH / (rows == columns ? rows : Math.max(rows, 12)), LEAST_CELL, MOST_CELL);
  }

  /** Numbers, but for those that there is no room for. */
  private static List<String> labels(int count, int most) {
    int every = Math.ceilDiv(count, most);
    return IntStream.range(0, count).mapToObj(i -> i % every == 0 ? "" + i : " ").toList();
  }
}

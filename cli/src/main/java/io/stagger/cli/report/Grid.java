package io.stagger.cli.report;

import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.HeatMapChart;

/**
 * Numbers to be drawn as a heat map.
 *
 * @param rows the rows, the first on top
 * @param columns the columns, the first on the left
 * @param cells the numbers
 */
record Grid(Axis rows, Axis columns, Cells cells) {

  private static final int PLOT_WIDTH = 350;
  private static final int AROUND = 100;
  private static final int MOST_LINES = 16;
  private static final int CHARACTERS = 24;
  private static final int LEAST_CELL = 2;
  private static final int LEAST_FLAT_CELL = 4;
  private static final int MOST_CELL = 30;

  /** The number of a cell. */
  @FunctionalInterface
  interface Cells {
    double at(int row, int column);
  }

  /** The largest number, but at least {@code least}. */
  double max(double least) {
    double most = least;
    for (int row = 0; row < rows.count(); row++) {
      for (int column = 0; column < columns.count(); column++) {
        most = Math.max(most, cells.at(row, column));
      }
    }
    return most;
  }

  /** The chart. */
  HeatMapChart chart(String title, ColorScale scale) {
    HeatMapChart chart =
        new BorderedHeatMap(PlotStyle.WIDTH, AROUND + rows.count() * cellHeight(), rows, columns);
    chart.setTitle(title);
    chart.setXAxisTitle(columns.title());
    chart.setYAxisTitle(rows.title());
    PlotStyle.cells(chart, scale);
    List<Number[]> numbers = new ArrayList<>();
    for (int row = 0; row < rows.count(); row++) {
      for (int column = 0; column < columns.count(); column++) {
        // The library counts rows from the bottom.
        numbers.add(new Number[] {column, rows.count() - 1 - row, cells.at(row, column)});
      }
    }
    chart.addSeries(
        title,
        columns.labels(CHARACTERS / ("" + columns.count() * columns.step()).length()),
        rows.labels(MOST_LINES).reversed(),
        numbers);
    return chart;
  }

  /** Squares, where as many would be neither too flat nor too tall. */
  private int cellHeight() {
    return rows.count() == columns.count()
        ? Math.clamp(PLOT_WIDTH / rows.count(), LEAST_CELL, MOST_CELL)
        : Math.clamp(PLOT_WIDTH / Math.max(rows.count(), 12), LEAST_FLAT_CELL, MOST_CELL);
  }
}

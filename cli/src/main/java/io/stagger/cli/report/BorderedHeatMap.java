package io.stagger.cli.report;

import java.awt.BasicStroke;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.style.Styler.ChartTheme;

/** A heat map with lines between groups of cells, which the library has none of. */
final class BorderedHeatMap extends HeatMapChart {

  private static final float STROKE = 1.5f;

  private final Axis rows;
  private final Axis columns;

  BorderedHeatMap(int width, int height, Axis rows, Axis columns) {
    super(width, height, ChartTheme.XChart); // without, none is set
    this.rows = rows;
    this.columns = columns;
  }

  @Override
  public void paint(Graphics2D canvas, int width, int height) {
    super.paint(canvas, width, height);
    Rectangle2D cells = plot.getBounds();
    canvas.setColor(PlotStyle.BORDER);
    canvas.setStroke(new BasicStroke(STROKE));
    for (int i = 1; i <= columns.borders(); i++) {
      double x = cells.getMinX() + cells.getWidth() * i * columns.group() / columns.count();
      canvas.draw(new Line2D.Double(x, cells.getMinY(), x, cells.getMaxY()));
    }
    for (int i = 1; i <= rows.borders(); i++) {
      double y = cells.getMinY() + cells.getHeight() * i * rows.group() / rows.count();
      canvas.draw(new Line2D.Double(cells.getMinX(), y, cells.getMaxX(), y));
    }
  }
}

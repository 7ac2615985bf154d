package io.stagger.cli.report;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.util.Locale;

/**
 * A grid of coloured cells with its axes. Groups are set apart by a gap.
 *
 * @param title above the grid
 * @param rows the rows, from the top
 * @param columns the columns, from the left
 * @param cells what to colour
 * @param scale the colours
 * @param printed whether the numbers stand in the cells
 */
record HeatMap(
    String title, Axis rows, Axis columns, Cells cells, ColorScale scale, boolean printed) {

  /** The number of a cell; NaN where there is none. */
  @FunctionalInterface
  interface Cells {
    double at(int row, int column);
  }

  private static final int GAP = 4;
  private static final int TITLE = 44;
  private static final int LABELS = 40;
  private static final int AXIS_TITLE = 28;
  private static final int CHARACTER = 13;
  static final Color INK = new Color(0x1F2328);
  static final Color PALE = new Color(0x59636E);
  static final int TITLE_SIZE = 25;
  static final int LABEL_SIZE = 22;

  /** The height that the map takes if its cells are as high as said. */
  int height(double cellHeight) {
    return (int) Math.ceil(TITLE + extent(rows, cellHeight) + below());
  }

  /** The height of a cell that makes cells square in a given width. */
  double squareCell(int width) {
    return cellWidth(width);
  }

  /** Draws the map with its upper left corner at {@code x, y}. */
  void draw(Graphics2D canvas, int x, int y, int width, double cellHeight) {
    canvas.setFont(font(Font.BOLD, TITLE_SIZE));
    canvas.setColor(INK);
    canvas.drawString(title, x + left(), y + TITLE - 16);
    drawCells(canvas, x + left(), y + TITLE, cellWidth(width), cellHeight);
    drawRowLabels(canvas, x + left(), y + TITLE, cellHeight);
    drawColumnLabels(canvas, x + left(), y + TITLE + extent(rows, cellHeight), cellWidth(width));
  }

  static Font font(int style, int size) {
    return new Font(Font.SANS_SERIF, style, size);
  }

  /** Room for the row labels; by their length, so that it is the same with every font. */
  private int left() {
    int longest = rows.labels().stream().mapToInt(String::length).max().orElse(0);
    return 16 + longest * CHARACTER;
  }

  private int below() {
    return columns.title().isEmpty() ? LABELS : LABELS + AXIS_TITLE;
  }

  private double cellWidth(int width) {
    int gaps = columns.count() / columns.group() - 1;
    return (width - left() - (double) gaps * GAP) / columns.count();
  }

  private void drawCells(Graphics2D canvas, int x, int y, double width, double height) {
    canvas.setFont(font(Font.PLAIN, LABEL_SIZE));
    for (int row = 0; row < rows.count(); row++) {
      for (int column = 0; column < columns.count(); column++) {
        double value = cells.at(row, column);
        // Whole pixels: no seams between the cells.
        double left = Math.floor(x + start(columns, column, width));
        double top = Math.floor(y + start(rows, row, height));
        double right = Math.floor(x + start(columns, column, width) + width);
        double bottom = Math.floor(y + start(rows, row, height) + height);
        canvas.setColor(scale.of(value));
        canvas.fill(new Rectangle2D.Double(left, top, right - left, bottom - top));
        if (printed) {
          canvas.setColor(scale.ink(value));
          String text = String.format(Locale.ROOT, "%.2f", value);
          centred(canvas, text, (left + right) / 2, (top + bottom) / 2);
        }
      }
    }
  }

  private void drawRowLabels(Graphics2D canvas, int x, int y, double height) {
    canvas.setFont(font(Font.PLAIN, LABEL_SIZE));
    canvas.setColor(PALE);
    for (int i = 0; i < rows.labels().size(); i++) {
      String label = rows.labels().get(i);
      double middle = y + middle(rows, i, height);
      int width = canvas.getFontMetrics().stringWidth(label);
      canvas.drawString(label, x - 12 - width, (float) (middle + LABEL_SIZE * 0.36));
    }
  }

  private void drawColumnLabels(Graphics2D canvas, int x, double y, double width) {
    canvas.setFont(font(Font.PLAIN, LABEL_SIZE));
    canvas.setColor(PALE);
    for (int i = 0; i < columns.labels().size(); i++) {
      centred(canvas, columns.labels().get(i), x + middle(columns, i, width), y + 17);
    }
    centred(canvas, columns.title(), x + extent(columns, width) / 2, y + 43);
  }

  private static double start(Axis axis, int cell, double size) {
    return cell * size + cell / axis.group() * GAP;
  }

  private static double extent(Axis axis, double size) {
    return start(axis, axis.count() - 1, size) + size;
  }

  private static double middle(Axis axis, int label, double size) {
    int first = label * axis.cellsPerLabel();
    int last = first + axis.cellsPerLabel() - 1;
    return (start(axis, first, size) + start(axis, last, size) + size) / 2;
  }

  static void centred(Graphics2D canvas, String text, double x, double y) {
    int width = canvas.getFontMetrics().stringWidth(text);
    double size = canvas.getFont().getSize2D();
    canvas.drawString(text, (float) (x - width / 2.0), (float) (y + size * 0.36));
  }
}

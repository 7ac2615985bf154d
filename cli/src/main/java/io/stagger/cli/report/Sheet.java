package io.stagger.cli.report;

import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.util.List;
import java.util.Locale;

/**
 * Heat maps of one colour scale on one sheet, and the scale.
 *
 * @param caption what the colours mean
 * @param unit what follows a number of the scale, as {@code x} or {@code %}
 * @param ticks numbers to mark on the scale
 * @param maps the maps, row by row; all of one shape and one scale
 * @param across how many maps lie side by side
 * @param cellHeight height of a cell; 0 for square cells
 */
record Sheet(
    String caption,
    String unit,
    List<Double> ticks,
    List<HeatMap> maps,
    int across,
    double cellHeight) {

  private static final int WIDTH = 820;
  private static final int MARGIN = 20;
  private static final int BETWEEN = 8;
  private static final int SCALE_HEIGHT = 118;
  private static final int BAR = 26;

  /** Keeps its own lists. */
  Sheet {
    ticks = List.copyOf(ticks);
    maps = List.copyOf(maps);
  }

  /** The sheet as a PNG file. */
  byte[] png() {
    return PngPicture.of(WIDTH, height(), this::draw);
  }

  private int mapWidth() {
    return (WIDTH - 2 * MARGIN - (across - 1) * BETWEEN) / across;
  }

  private double cell() {
    return cellHeight == 0 ? maps.getFirst().squareCell(mapWidth()) : cellHeight;
  }

  private int mapHeight() {
    return maps.getFirst().height(cell()) + BETWEEN;
  }

  private int height() {
    int down = (maps.size() + across - 1) / across;
    return MARGIN + down * mapHeight() + SCALE_HEIGHT;
  }

  private void draw(Graphics2D canvas) {
    canvas.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    for (int i = 0; i < maps.size(); i++) {
      int x = MARGIN + i % across * (mapWidth() + BETWEEN);
      int y = MARGIN + i / across * mapHeight();
      maps.get(i).draw(canvas, x, y, mapWidth(), cell());
    }
    drawScale(canvas, height() - SCALE_HEIGHT);
  }

  private void drawScale(Graphics2D canvas, int y) {
    ColorScale scale = maps.getFirst().scale();
    int left = WIDTH / 8;
    int width = WIDTH - 2 * left;
    canvas.setFont(HeatMap.font(Font.PLAIN, HeatMap.LABEL_SIZE));
    canvas.setColor(HeatMap.INK);
    HeatMap.centred(canvas, caption, WIDTH / 2.0, y + 14);
    for (int i = 0; i < width; i++) {
      canvas.setColor(scale.at(i / (width - 1.0)));
      canvas.fillRect(left + i, y + 34, 1, BAR);
    }
    canvas.setColor(HeatMap.PALE);
    canvas.drawRect(left, y + 34, width, BAR);
    for (double tick : ticks) {
      int at = left + (int) Math.round(scale.position(tick) * width);
      canvas.drawLine(at, y + 34 + BAR, at, y + 40 + BAR);
      HeatMap.centred(canvas, number(tick) + unit, at, y + 54 + BAR);
    }
  }

  private static String number(double value) {
    String text = String.format(Locale.ROOT, "%.1f", value);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }
}

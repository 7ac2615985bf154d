package io.stagger.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class SheetTest {

  private static final int WHITE = 0xFFFFFFFF;

  @Test
  void drawsEveryCellInItsColour() throws IOException {
    ColorScale scale = ColorScale.sequential(9);
    BufferedImage image = draw(scale, Axis.each("", "", 3), 3);

    for (int cell = 0; cell < 9; cell++) {
      assertThat(count(image, scale.of(cell).getRGB())).as("cell " + cell).isGreaterThan(5_000);
    }
  }

  @Test
  void separatesGroupsByAGap() throws IOException {
    ColorScale scale = ColorScale.sequential(1);

    BufferedImage apart = draw(scale, Axis.grouped("", "", 4, 2), 0);
    BufferedImage together = draw(scale, Axis.each("", "", 4), 0);

    assertThat(count(together, scale.of(0).getRGB()))
        .isGreaterThan(count(apart, scale.of(0).getRGB()));
    assertThat(rowOfCells(apart, scale)).contains(WHITE);
    assertThat(rowOfCells(together, scale)).doesNotContain(WHITE);
  }

  @Test
  void refusesLabelsThatFitNoCell() {
    assertThatThrownBy(() -> new Axis("", 4, 2, List.of("a", "b", "c")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static BufferedImage draw(ColorScale scale, Axis axis, int step) throws IOException {
    HeatMap map =
        new HeatMap(
            "map", axis, axis, (row, column) -> row * step + column * (step / 3), scale, false);
    Sheet sheet = new Sheet("caption", "", List.of(0.0, scale.max()), List.of(map), 1, 60);
    return ImageIO.read(new ByteArrayInputStream(sheet.png()));
  }

  private static int count(BufferedImage image, int rgb) {
    int found = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        found += image.getRGB(x, y) == rgb ? 1 : 0;
      }
    }
    return found;
  }

  /** The colours of a line through cells, from the first cell to the last. */
  private static List<Integer> rowOfCells(BufferedImage image, ColorScale scale) {
    int cell = scale.of(0).getRGB();
    for (int y = 0; y < image.getHeight(); y++) {
      int[] line = image.getRGB(0, y, image.getWidth(), 1, null, 0, image.getWidth());
      int first = indexOf(line, cell, 1);
      int last = indexOf(line, cell, -1);
      if (last - first > image.getWidth() / 2) {
        return java.util.Arrays.stream(line, first, last).boxed().toList();
      }
    }
    throw new AssertionError("no cells");
  }

  private static int indexOf(int[] line, int color, int step) {
    for (int i = step > 0 ? 0 : line.length - 1; i >= 0 && i < line.length; i += step) {
      if (line[i] == color) {
        return i;
      }
    }
    return -1;
  }
}

package io.stagger.cli.report;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.function.Consumer;
import javax.imageio.ImageIO;

/** A drawing as a PNG file, on white, with more pixels than it has points. */
final class PngPicture {

  /** Pixels of a point's side, so that text is sharp on dense screens. */
  private static final int SHARPNESS = 2;

  private PngPicture() {}

  /**
   * The file's bytes.
   *
   * @param width in points
   * @param height in points
   * @param drawing draws, in points
   */
  static byte[] of(int width, int height, Consumer<Graphics2D> drawing) {
    BufferedImage image =
        new BufferedImage(width * SHARPNESS, height * SHARPNESS, BufferedImage.TYPE_INT_RGB);
    Graphics2D canvas = image.createGraphics();
    try {
      canvas.scale(SHARPNESS, SHARPNESS);
      canvas.setColor(Color.WHITE);
      canvas.fillRect(0, 0, width, height);
      drawing.accept(canvas);
    } finally {
      canvas.dispose();
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", bytes);
    } catch (IOException e) {
      throw new AssertionError("an array can always be written to", e);
    }
    return bytes.toByteArray();
  }
}

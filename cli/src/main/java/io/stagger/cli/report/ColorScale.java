package io.stagger.cli.report;

import java.awt.Color;
import java.util.List;

/**
 * Colours for numbers. Small differences near the low end are made visible by taking the square
 * root where the scale is sequential; a diverging scale has a neutral colour at 1.
 */
final class ColorScale {

  private static final int SAMPLES = 64;

  private final List<Color> anchors;
  private final double max;
  private final boolean diverging;

  private ColorScale(List<Color> anchors, double max, boolean diverging) {
    this.anchors = anchors;
    this.max = max;
    this.diverging = diverging;
  }

  /** From dark at 0 to bright at {@code max}; told apart by people who see few colours too. */
  static ColorScale sequential(double max) {
    return new ColorScale(
        colors(0x2B0A3D, 0x46327E, 0x365C8D, 0x277F8E, 0x1FA187, 0x6ECE58, 0xFDE725), max, false);
  }

  /** Blue below 1, nearly white at 1, red up to {@code max}; black is legible on each. */
  static ColorScale aroundOne(double max) {
    return new ColorScale(
        colors(0x4393C3, 0x92C5DE, 0xF7F7F7, 0xF4A582, 0xD6604D), Math.max(max, 1.1), true);
  }

  /** The colours of numbers that lie evenly from 0 to the largest. */
  Color[] samples() {
    Color[] samples = new Color[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
      samples[i] = of(max * i / (SAMPLES - 1));
    }
    return samples;
  }

  /** Its middle, beside which other colours look like gaps least. */
  Color middle() {
    return at(0.5);
  }

  /** The largest number that has a colour of its own. */
  double max() {
    return max;
  }

  /** The colour of a number. */
  Color of(double value) {
    return at(position(value));
  }

  /** Where a number lies on the scale, 0 to 1. */
  double position(double value) {
    double clipped = Math.clamp(value, 0, max);
    if (diverging) {
      return clipped <= 1 ? clipped / 2 : 0.5 + (clipped - 1) / (max - 1) / 2;
    }
    return max == 0 ? 0 : Math.sqrt(clipped / max);
  }

  /** The colour at a place on the scale, 0 to 1. */
  Color at(double position) {
    double scaled = position * (anchors.size() - 1);
    int low = Math.min((int) scaled, anchors.size() - 2);
    Color from = anchors.get(low);
    Color to = anchors.get(low + 1);
    double share = scaled - low;
    return new Color(
        mix(from.getRed(), to.getRed(), share),
        mix(from.getGreen(), to.getGreen(), share),
        mix(from.getBlue(), to.getBlue(), share));
  }

  private static int mix(int from, int to, double share) {
    return (int) Math.round(from + (to - from) * share);
  }

  private static List<Color> colors(int... rgb) {
    return java.util.Arrays.stream(rgb).mapToObj(Color::new).toList();
  }
}

package io.stagger.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.Color;
import org.junit.jupiter.api.Test;

class ColorScaleTest {

  @Test
  void isNearlyWhiteAtOne() {
    assertThat(ColorScale.aroundOne(3).of(1)).isEqualTo(new Color(0xF7F7F7));
  }

  @Test
  void isBlueBelowOneAndRedAbove() {
    ColorScale scale = ColorScale.aroundOne(3);

    assertThat(scale.of(0.2).getBlue()).isGreaterThan(scale.of(0.2).getRed());
    assertThat(scale.of(2.5).getRed()).isGreaterThan(scale.of(2.5).getBlue());
  }

  @Test
  void keepsTheLastColourBeyondItsEnds() {
    ColorScale scale = ColorScale.sequential(4);

    assertThat(scale.of(5)).isEqualTo(scale.of(4)).isEqualTo(scale.at(1));
    assertThat(scale.of(-1)).isEqualTo(scale.of(0)).isEqualTo(scale.at(0));
  }

  @Test
  void getsBrighterWithEveryStep() {
    ColorScale scale = ColorScale.sequential(1);
    double before = -1;
    for (int step = 0; step <= 10; step++) {
      Color color = scale.of(step / 10.0);
      double brightness =
          0.299 * color.getRed() + 0.587 * color.getGreen() + 0.114 * color.getBlue();
      assertThat(brightness).as("step " + step).isGreaterThan(before);
      before = brightness;
    }
  }

  @Test
  void placesAQuarterOfASequentialScaleAtItsMiddle() {
    assertThat(ColorScale.sequential(8).position(2)).isCloseTo(0.5, within(1e-12));
  }

  @Test
  void isLightEnoughForBlackNumbersAroundOne() {
    for (Color color : ColorScale.aroundOne(3).samples()) {
      assertThat(contrastToBlack(color)).isGreaterThan(4.5);
    }
  }

  /** As the Web Content Accessibility Guidelines compute it. */
  private static double contrastToBlack(Color color) {
    double luminance =
        0.2126 * linear(color.getRed())
            + 0.7152 * linear(color.getGreen())
            + 0.0722 * linear(color.getBlue());
    return (luminance + 0.05) / 0.05;
  }

  private static double linear(int channel) {
    double value = channel / 255.0;
    return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
  }

  @Test
  void survivesAScaleOfNothing() {
    assertThat(ColorScale.sequential(0).position(0)).isZero();
  }
}

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
  void printsInAColourThatIsLegible() {
    ColorScale scale = ColorScale.aroundOne(3);

    assertThat(scale.ink(1)).isEqualTo(Color.BLACK);
    assertThat(scale.ink(3)).isEqualTo(Color.WHITE);
  }

  @Test
  void hasAColourForNothing() {
    assertThat(ColorScale.sequential(1).of(Double.NaN)).isEqualTo(new Color(0xE4E4E4));
  }

  @Test
  void survivesAScaleOfNothing() {
    assertThat(ColorScale.sequential(0).position(0)).isZero();
  }
}

package io.stagger.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FiguresTest {

  @Test
  void sizesAreInDecimalUnits() {
    assertThat(Figures.bytes(999)).isEqualTo("999 bytes");
    assertThat(Figures.bytes(13_800_000)).isEqualTo("13.8 MB");
    assertThat(Figures.bytes(Long.MAX_VALUE)).endsWith(" TB");
  }

  @Test
  void ratiosAndSharesHaveFixedDigits() {
    assertThat(Figures.ratio(1.0 / 3)).isEqualTo("0.3333");
    assertThat(Figures.percent(0.1234)).isEqualTo("12.3 %");
    assertThat(Figures.count(6_291_456)).isEqualTo("6,291,456");
  }
}

package io.stagger.engine.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextScoreTest {

  @Test
  void weighsTextsByTheirBytes() {
    TextScore together =
        TextScore.of(
            List.of(
                new TextScore(3, 3, 3 * Math.log(2), "aa"),
                new TextScore(1, 1, 9 * Math.log(2), "bb")));

    assertThat(together.bitsPerByte()).hasValueCloseTo(3.0, within(1e-12));
  }

  @Test
  void digestsDependOnTheOrderOfTheTexts() {
    TextScore one = new TextScore(1, 1, 1, "aa");
    TextScore two = new TextScore(1, 1, 1, "bb");

    assertThat(TextScore.of(List.of(one, two)).digest())
        .isNotEqualTo(TextScore.of(List.of(two, one)).digest())
        .isEqualTo(TextScore.of(List.of(one, two)).digest());
  }
}

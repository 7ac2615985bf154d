package io.stagger.api.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNameTest {

  @ParameterizedTest
  @CsvSource({
    "kitten, sitting, 3",
    "saturday, sunday, 3",
    "flaw, lawn, 2",
    "'', abc, 3",
    "abc, '', 3",
    "same, same, 0"
  })
  void countsEdits(String a, String b, int edits) {
    assertThat(NearestName.distance(a, b)).isEqualTo(edits);
    assertThat(NearestName.distance(b, a)).isEqualTo(edits);
  }

  @Test
  void theNearestIsFound() {
    assertThat(NearestName.of("zigzak", List.of("linear", "zigzag", "eplb"))).contains("zigzag");
  }

  @Test
  void ofSeveralTheFirstInTheAlphabetIsFound() {
    assertThat(NearestName.of("aa", List.of("ac", "ab"))).contains("ab");
  }

  @Test
  void nothingNearIsNothing() {
    assertThat(NearestName.of("zigzag", List.of("eplb", "linear"))).isEmpty();
    assertThat(NearestName.of("zigzag", List.of())).isEmpty();
  }

  @Test
  void aNameBeyondAllMeasureIsNothing() {
    assertThat(NearestName.of("a".repeat(100_000), List.of("a".repeat(200)))).isEmpty();
  }
}

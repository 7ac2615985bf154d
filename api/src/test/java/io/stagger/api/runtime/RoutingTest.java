package io.stagger.api.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stagger.api.error.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoutingTest {

  private static final Routing ROUTING =
      Routing.of(2, new int[] {5, 1, 0, 7}, new float[] {0.75f, 0.25f, 0.5f, 0.5f});

  @Test
  void holdsExpertsAndWeightsTokenByToken() {
    assertThat(ROUTING.tokens()).isEqualTo(2);
    assertThat(ROUTING.topK()).isEqualTo(2);
    assertThat(ROUTING.expert(0, 1)).isEqualTo(1);
    assertThat(ROUTING.expert(1, 0)).isZero();
    assertThat(ROUTING.weight(0, 0)).isEqualTo(0.75f);
    assertThat(ROUTING.weight(1, 1)).isEqualTo(0.5f);
  }

  @Test
  void keepsAndHandsOutCopies() {
    int[] experts = {1};
    float[] weights = {1};
    Routing routing = Routing.of(1, experts, weights);
    experts[0] = 2;
    weights[0] = 2;
    routing.experts()[0] = 3;
    assertThat(routing.expert(0, 0)).isEqualTo(1);
    assertThat(routing.weight(0, 0)).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"0, 2, 2", "-1, 2, 2", "2, 3, 3", "2, 2, 4"})
  void refusesRowsThatAreNotWhole(int topK, int experts, int weights) {
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> Routing.of(topK, new int[experts], new float[weights]))
        .withMessage(
            "routing, top-%d: %d experts, %d weights; expected as many weights as experts,"
                    .formatted(topK, experts, weights)
                + " a multiple of top-k");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 2})
  void refusesAChoiceThatDoesNotExistInsteadOfReadingTheNextToken(int choice) {
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> ROUTING.expert(0, choice));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> ROUTING.weight(0, choice));
  }

  @Test
  void isAValue() {
    assertThat(ROUTING)
        .isEqualTo(Routing.of(2, new int[] {5, 1, 0, 7}, new float[] {0.75f, 0.25f, 0.5f, 0.5f}))
        .hasSameHashCodeAs(
            Routing.of(2, new int[] {5, 1, 0, 7}, new float[] {0.75f, 0.25f, 0.5f, 0.5f}))
        .isNotEqualTo(Routing.of(4, ROUTING.experts(), new float[] {0.75f, 0.25f, 0.5f, 0.5f}))
        .isNotEqualTo(Routing.of(2, ROUTING.experts(), new float[4]))
        .isNotEqualTo(Routing.of(2, new int[4], new float[] {0.75f, 0.25f, 0.5f, 0.5f}))
        .hasToString("Routing[2 tokens, top-2]");
  }
}

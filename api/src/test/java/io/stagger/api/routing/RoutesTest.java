package io.stagger.api.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.error.InvalidInputException;
import org.junit.jupiter.api.Test;

class RoutesTest {

  private static final ModelShape MODEL = ModelShape.of(2, 4, 2, 1, 1);
  private static final char[] CHOICES = {0, 1, 2, 3, 3, 1, 2, 0, 1, 0, 0, 2};
  private static final Routes ROUTES = Routes.of(MODEL, new int[] {7, 7, 8}, CHOICES);

  @Test
  void tellsEachChoiceOfEachToken() {
    assertThat(ROUTES.tokens()).isEqualTo(3);
    assertThat(ROUTES.expert(0, 1, 1)).isEqualTo(3);
    assertThat(ROUTES.expert(1, 0, 0)).isEqualTo(3);
    assertThat(ROUTES.expert(2, 1, 1)).isEqualTo(2);
    assertThat(ROUTES.sequence(2)).isEqualTo(8);
  }

  @Test
  void gathersTheChoicesOfALayer() {
    assertThat(ROUTES.layer(0)).containsExactly(0, 1, 3, 1, 1, 0);
    assertThat(ROUTES.layer(1)).containsExactly(2, 3, 2, 0, 0, 2);
  }

  @Test
  void countsTheLoad() {
    assertThat(ROUTES.load()).isEqualTo(Load.of(4, new double[][] {{2, 3, 0, 1}, {2, 0, 3, 1}}));
  }

  @Test
  void keepsItsOwnCopy() {
    char[] choices = CHOICES.clone();
    int[] sequences = {7, 7, 8};
    Routes routes = Routes.of(MODEL, sequences, choices);
    choices[0] = 3;
    sequences[0] = 0;
    assertThat(routes).isEqualTo(ROUTES).hasSameHashCodeAs(ROUTES);
  }

  @Test
  void refusesAnUnknownExpertAndNamesItsPlace() {
    char[] choices = CHOICES.clone();
    choices[6] = 4;
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> Routes.of(MODEL, new int[3], choices))
        .withMessage("routes, token 1, layer 1: expert 4; expected 0 to 3");
  }

  @Test
  void refusesRowsThatAreNotWhole() {
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> Routes.of(MODEL, new int[2], CHOICES))
        .withMessageContaining("12 choices for 2 tokens")
        .withMessageContaining("2 layers x top-2");
  }
}

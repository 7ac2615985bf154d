package io.stagger.api.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.error.InvalidLoadException;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoutingProfileTest {

  private static final ModelShape MODEL = ModelShape.of(2, 2, 1, 1, 1);
  private static final Transitions TRANSITIONS = Transitions.of(2, 2, new long[] {1, 2, 3, 4});

  private final RoutingProfile profile =
      RoutingProfile.none()
          .withWindows(List.of(Load.uniform(2, 2, 1)))
          .withCoSelection(CoSelection.of(2, 2, new long[8]))
          .withTransitions(TRANSITIONS)
          .withRoutes(Routes.of(MODEL, new int[0], new char[0]));

  @Test
  void fitsTheModelItWasMeasuredOn() {
    assertThatCode(() -> profile.requireFits(MODEL)).doesNotThrowAnyException();
    assertThatCode(() -> RoutingProfile.none().requireFits(ModelShape.of(3, 9, 2, 1, 1)))
        .doesNotThrowAnyException();
  }

  @Test
  void refusesAModelOfOtherLayersAndNamesThePart() {
    assertThatExceptionOfType(InvalidLoadException.class)
        .isThrownBy(() ->
            RoutingProfile.none()
                .withTransitions(TRANSITIONS)
                .requireFits(ModelShape.of(3, 2, 1, 1, 1)))
        .withMessage("transitions: 2 layers x 2 experts; expected 3 layers x 2 experts");
  }

  @Test
  void refusesAModelOfAnotherTopK() {
    assertThatExceptionOfType(InvalidLoadException.class)
        .isThrownBy(() -> profile.requireFits(ModelShape.of(2, 2, 2, 1, 1)))
        .withMessage("routes: top-1; expected top-2");
  }

  @Test
  void tellsFromWhereToWhereTokensWent() {
    assertThat(TRANSITIONS.count(0, 0, 1)).isEqualTo(2);
    assertThat(TRANSITIONS.count(0, 1, 0)).isEqualTo(3);
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> TRANSITIONS.count(1, 0, 0));
  }

  @Test
  void refusesTransitionsOfAnotherSize() {
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> Transitions.of(3, 2, new long[4]))
        .withMessageContaining("4 counts for 3 layers");
  }
}

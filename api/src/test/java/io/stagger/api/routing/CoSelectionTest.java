package io.stagger.api.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.stagger.api.ModelShape;
import io.stagger.api.error.InvalidInputException;
import org.junit.jupiter.api.Test;

class CoSelectionTest {

  private static final Routes ROUTES =
      Routes.of(
          ModelShape.of(2, 4, 2, 1, 1),
          new int[3],
          new char[] {0, 1, 2, 3, 3, 1, 2, 0, 1, 0, 0, 2});

  @Test
  void countsTheTokensThatChoseBothExperts() {
    CoSelection together = CoSelection.of(ROUTES);
    assertThat(together.count(0, 0, 1)).isEqualTo(2);
    assertThat(together.count(0, 1, 0)).isEqualTo(2);
    assertThat(together.count(0, 1, 3)).isEqualTo(1);
    assertThat(together.count(0, 2, 3)).isZero();
    assertThat(together.count(1, 2, 0)).isEqualTo(2);
  }

  @Test
  void hasTheLoadOnItsDiagonal() {
    CoSelection together = CoSelection.of(ROUTES);
    for (int layer = 0; layer < 2; layer++) {
      for (int expert = 0; expert < 4; expert++) {
        assertThat((double) together.count(layer, expert, expert))
            .isEqualTo(ROUTES.load().get(layer, expert));
      }
    }
  }

  @Test
  void tellsHowManyPairsLieWithinGroups() {
    // Pairs 01 13 10 and 23 20 02: three of six have both experts in {0, 1} or {2, 3}.
    assertThat(CoSelection.of(ROUTES).shareWithinGroups(2)).isCloseTo(0.5, within(1e-12));
  }

  @Test
  void refusesCountsOfAnotherSize() {
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> CoSelection.of(1, 2, new long[3]))
        .withMessageContaining("3 counts for 1 layers of 2 experts");
  }

  @Test
  void refusesNegativeCounts() {
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> CoSelection.of(1, 1, new long[] {-1}));
  }

  @Test
  void refusesModelsWhosePairsAreTooManyToCount() {
    assertThat(CoSelection.isKept(61, 256)).isTrue();
    assertThat(CoSelection.isKept(4096, 65_536)).isFalse();
    ModelShape large = ModelShape.of(1, 65_536, 1, 1, 1);
    Routes routes = Routes.of(large, new int[1], new char[1]);
    assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> CoSelection.of(routes));
  }
}

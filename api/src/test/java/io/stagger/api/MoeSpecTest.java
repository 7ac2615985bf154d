package io.stagger.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stagger.api.RouterSpec.GroupScore;
import io.stagger.api.RouterSpec.Scoring;
import io.stagger.api.error.InvalidModelException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MoeSpecTest {

  private static final ModelShape SHAPE = ModelShape.of(2, 8, 2, 1, 1);
  private static final RouterSpec ROUTER = RouterSpec.softmaxNormalized();

  @Test
  void hasASharedExpertWhereItIsWide() {
    assertThat(new MoeSpec(SHAPE, ROUTER, 16, 8, 0, false).hasSharedExpert()).isFalse();
    assertThat(new MoeSpec(SHAPE, ROUTER, 16, 8, 1, true).hasSharedExpert()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 8, 0, model: hidden size 0; expected 1 to 1048576",
    "1048577, 8, 0, model: hidden size 1048577; expected 1 to 1048576",
    "16, 0, 0, model: expert intermediate size 0; expected 1 to 1048576",
    "16, 1048577, 0, model: expert intermediate size 1048577; expected 1 to 1048576",
    "16, 8, -1, model: shared expert intermediate size -1; expected 0 to 1048576",
    "16, 8, 1048577, model: shared expert intermediate size 1048577; expected 0 to 1048576",
  })
  void refusesSizesOutOfRange(int hidden, int intermediate, int shared, String message) {
    assertThatExceptionOfType(InvalidModelException.class)
        .isThrownBy(() -> new MoeSpec(SHAPE, ROUTER, hidden, intermediate, shared, false))
        .withMessage(message);
  }

  @Test
  void acceptsTheWidest() {
    int widest = MoeSpec.MAX_WIDTH;
    assertThat(new MoeSpec(SHAPE, ROUTER, widest, widest, widest, false).hiddenSize())
        .isEqualTo(1_048_576);
  }

  @Test
  void refusesAGateOfNoSharedExpert() {
    assertThatExceptionOfType(InvalidModelException.class)
        .isThrownBy(() -> new MoeSpec(SHAPE, ROUTER, 16, 8, 0, true))
        .withMessage("model: a shared expert's gate without a shared expert");
  }

  @Test
  void normalizesTheSoftmaxOfMixtralWithoutFurtherAdo() {
    assertThat(ROUTER).isEqualTo(new RouterSpec(Scoring.SOFTMAX, GroupScore.MAX, false, true, 1.0));
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void refusesAScalingFactorThatIsNotFinite(double factor) {
    assertThatExceptionOfType(InvalidModelException.class)
        .isThrownBy(() -> new RouterSpec(Scoring.SIGMOID, GroupScore.TOP2_SUM, true, true, factor))
        .withMessage("model: routed scaling factor " + factor + "; expected a finite number");
  }
}

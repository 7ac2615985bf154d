package io.stagger.runtime.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SiluTest {

  @Test
  void isWithinOneUnitInTheLastPlace() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 200_000; i++) {
      float x = (float) (random.nextDouble() * 240 - 120);
      requireClose(x);
      requireClose(x / 1000);
    }
  }

  @ParameterizedTest
  @ValueSource(
      floats = {
        0f,
        -0f,
        Float.MIN_VALUE,
        -Float.MIN_VALUE,
        Float.MIN_NORMAL,
        1e-20f,
        -1e-20f,
        88f,
        -88f,
        -103f,
        -104f,
        -109.99f,
        200f,
        1e30f,
        Float.MAX_VALUE
      })
  void isRightAtTheEdges(float x) {
    requireClose(x);
  }

  @ParameterizedTest
  @ValueSource(floats = {-110.01f, -200f, -1e30f, -Float.MAX_VALUE, Float.NEGATIVE_INFINITY})
  void isZeroFarBelow(float x) {
    assertThat(Silu.of(x)).isZero();
  }

  @Test
  void isInfiniteAtInfinityAndNanOfNan() {
    assertThat(Silu.of(Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(Silu.of(Float.NaN)).isNaN();
  }

  private static void requireClose(float x) {
    double exact = x / (1 + StrictMath.exp(-(double) x));
    assertThat((double) Silu.of(x))
        .as("silu(%s)", x)
        .isCloseTo(exact, within((double) Math.ulp((float) exact)));
  }
}

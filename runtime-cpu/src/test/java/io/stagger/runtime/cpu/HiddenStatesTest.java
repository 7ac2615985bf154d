package io.stagger.runtime.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.weights.Tensor;
import io.stagger.api.weights.TensorType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HiddenStatesTest {

  @Test
  void bfloat16IsRoundedToTheNearest() {
    // 1 + 2^-8 lies between 1 and 1 + 2^-7.
    assertThat(bfloat16(1 + 0x1.8p-9f)).isEqualTo(1f);
    assertThat(bfloat16(1 + 0x1.8p-8f)).isEqualTo(1 + 0x1p-7f);
  }

  @Test
  void bfloat16TiesGoToTheEvenNeighbour() {
    assertThat(bfloat16(1 + 0x1p-8f)).isEqualTo(1f);
    assertThat(bfloat16(1 + 0x1p-7f + 0x1p-8f)).isEqualTo(1 + 0x1p-6f);
  }

  @Test
  void bfloat16OverflowsToInfinity() {
    assertThat(bfloat16(Float.MAX_VALUE)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(bfloat16(-Float.MAX_VALUE)).isEqualTo(Float.NEGATIVE_INFINITY);
  }

  @Test
  void bfloat16KeepsANanWhoseFractionIsInTheLowerHalf() {
    assertThat(bfloat16(Float.intBitsToFloat(0x7f800001))).isNaN();
    assertThat(bfloat16(Float.intBitsToFloat(0xffffffff))).isNaN();
  }

  @Test
  void bfloat16KeepsSignsAndSubnormals() {
    assertThat(Float.floatToRawIntBits(bfloat16(-0f))).isEqualTo(Float.floatToRawIntBits(-0f));
    assertThat(bfloat16(0x1p-133f)).isEqualTo(0x1p-133f);
  }

  @ParameterizedTest
  @EnumSource(TensorType.class)
  void rowsAreReadAsTheyWereWritten(TensorType type) {
    float[] values = {0, 1, -2, 0.5f, 3, -0.25f};
    Tensor written = HiddenStates.write(values, type, 3, 2);
    float[] row = new float[4];
    HiddenStates.read(Matrix.of(written), 1, 2, row);
    assertThat(row).containsExactly(-2, 0.5f, 3, -0.25f);
  }

  private static float bfloat16(float value) {
    return HiddenStates.write(new float[] {value}, TensorType.BF16, 1, 1).get(0);
  }
}

package io.stagger.api.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stagger.api.error.InvalidInputException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bit patterns are those of IEEE 754 and of bfloat16's definition, written little-endian. */
class TensorTest {

  private static MemorySegment bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return MemorySegment.ofArray(bytes);
  }

  @Test
  void readsFloat32() {
    Tensor tensor =
        Tensor.of(bytes(0, 0, 0x80, 0x3f, 0, 0, 0x80, 0xff, 1, 0, 0, 0), TensorType.F32, 3);
    assertThat(tensor.toFloats()).containsExactly(1f, Float.NEGATIVE_INFINITY, Float.MIN_VALUE);
  }

  @Test
  void readsFloat16() {
    Tensor tensor =
        Tensor.of(
            bytes(0x00, 0x3c, 0xff, 0x7b, 0x01, 0x00, 0x00, 0xc0, 0x00, 0x7c), TensorType.F16, 5);
    assertThat(tensor.toFloats())
        .containsExactly(1f, 65504f, 0x1p-24f, -2f, Float.POSITIVE_INFINITY);
  }

  @Test
  void readsBfloat16() {
    Tensor tensor =
        Tensor.of(
            bytes(0x80, 0x3f, 0x49, 0x40, 0x80, 0xff, 0x01, 0x00, 0x7f, 0x7f), TensorType.BF16, 5);
    assertThat(tensor.toFloats())
        .containsExactly(1f, 3.140625f, Float.NEGATIVE_INFINITY, 0x1p-133f, 0x1.fep127f);
  }

  @Test
  void readsNaN() {
    assertThat(Tensor.of(bytes(0xc0, 0x7f), TensorType.BF16, 1).get(0)).isNaN();
    assertThat(Tensor.of(bytes(0x00, 0x7e), TensorType.F16, 1).get(0)).isNaN();
  }

  @Test
  void readsMemoryThatIsNotAligned() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(9, 8);
      memory.asSlice(1, 4).copyFrom(bytes(0, 0, 0x80, 0x3f));
      assertThat(Tensor.of(memory.asSlice(1, 4), TensorType.F32, 1).get(0)).isEqualTo(1f);
    }
  }

  @Test
  void isAViewThatShowsChanges() {
    float[] values = {1, 2, 3, 4, 5, 6};
    Tensor tensor = Tensor.ofFloats(values, 2, 3);
    values[4] = 7;
    assertThat(tensor.get(4)).isEqualTo(7);
    assertThat(tensor.elements()).isEqualTo(6);
    assertThat(tensor.size(0)).isEqualTo(2);
    assertThat(tensor.size(1)).isEqualTo(3);
  }

  @Test
  void copiesWhatItHandsOut() {
    float[] values = {1, 2};
    Tensor tensor = Tensor.ofFloats(values, 2);
    tensor.toFloats()[0] = 9;
    assertThat(values).containsExactly(1, 2);
  }

  @Test
  void keepsItsOwnShape() {
    List<Long> shape = new ArrayList<>(List.of(2L));
    Tensor tensor = new Tensor(bytes(0, 0, 0, 0), TensorType.F16, shape);
    shape.set(0, 3L);
    assertThat(tensor.shape()).containsExactly(2L).isUnmodifiable();
  }

  @Test
  void refusesMemoryOfAnotherSize() {
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> Tensor.of(bytes(0, 0, 0), TensorType.BF16, 1, 2))
        .withMessage("tensor BF16[1, 2]: 3 bytes; expected 4 bytes");
  }

  @Test
  void refusesDimensionsThatAreNone() {
    for (long[] shape : new long[][] {{}, {0}, {2, -1}, {-1, -1}, {-2}, {0, Long.MAX_VALUE}}) {
      assertThatExceptionOfType(InvalidInputException.class)
          .isThrownBy(() -> Tensor.of(bytes(0, 0, 0, 0), TensorType.F32, shape))
          .withMessageContaining("expected at least one dimension, each from 1");
    }
  }

  @Test
  void refusesAShapeWhoseBytesWrapRoundToTheRightSize() {
    // Modulo 2^64 these are 0 and 4 bytes.
    for (long[] shape : new long[][] {{1L << 31, 1L << 31}, {(1L << 62) + 1}, {1L << 62, 4, 1}}) {
      assertThatExceptionOfType(InvalidInputException.class)
          .isThrownBy(() -> Tensor.of(bytes(0, 0, 0, 0), TensorType.F32, shape))
          .withMessageContaining("less than 2^63 bytes");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 2, 1L << 62, Long.MIN_VALUE, Long.MAX_VALUE})
  void refusesAnElementThatDoesNotExistAlsoWhereItsOffsetWrapsRound(long index) {
    Tensor tensor = Tensor.ofFloats(new float[2], 2);
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> tensor.get(index));
  }

  @Test
  void refusesADimensionThatDoesNotExist() {
    Tensor tensor = Tensor.ofFloats(new float[2], 2);
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> tensor.size(1));
  }

  /** The memory is never touched: its address is as good as any. */
  @Test
  @SuppressWarnings("restricted")
  void refusesToCopyMoreThanAnArrayHolds() {
    MemorySegment huge = MemorySegment.ofAddress(8).reinterpret(1L << 33);
    Tensor tensor = Tensor.of(huge, TensorType.F32, 1L << 31);
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(tensor::toFloats)
        .withMessageContaining("2147483648 elements do not fit an array");
    assertThatExceptionOfType(ArithmeticException.class).isThrownBy(() -> tensor.size(0));
  }
}

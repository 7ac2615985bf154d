package io.stagger.runtime.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stagger.api.weights.Tensor;
import io.stagger.api.weights.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class DotKernelTest {

  private static final int[] COLUMNS = {1, 2, 15, 16, 17, 31, 32, 33, 47, 64, 95, 130};

  static Stream<Arguments> sizes() {
    return Stream.of(TensorType.values())
        .flatMap(type ->
            IntStream.of(COLUMNS)
                .boxed()
                .flatMap(columns ->
                    Stream.of(1, 3, 8, 21).map(rows -> Arguments.of(type, rows, columns))));
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void vectorKernelsGiveTheBitsOfTheScalarOne(TensorType type, int rows, int columns) {
    for (int tokens = 1; tokens <= 9; tokens++) {
      Case c = Case.random(type, rows, columns, tokens);
      assertThat(c.run(Kernels.choose(Kernels.Choice.VECTOR), 0, rows))
          .as("%s tokens", tokens)
          .isEqualTo(c.run(Kernels.choose(Kernels.Choice.SCALAR), 0, rows));
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void aProductIsCloseToItsValueInDoublePrecision(TensorType type, int rows, int columns) {
    Case c = Case.random(type, rows, columns, 5);
    float[] products = c.run(Kernels.choose(Kernels.Choice.SCALAR), 0, rows);
    for (int token = 0; token < 5; token++) {
      for (int row = 0; row < rows; row++) {
        double exact = 0;
        double magnitude = 0;
        for (int k = 0; k < columns; k++) {
          double term = (double) c.weights.get((long) row * columns + k) * c.x[token * columns + k];
          exact += term;
          magnitude += Math.abs(term);
        }
        double bound = (columns / 16.0 + 6) * 0x1p-24 * magnitude;
        assertThat((double) products[token * rows + row]).isCloseTo(exact, within(bound));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(TensorType.class)
  void aResultDependsOnNeitherTheOtherTokensNorTheOtherRows(TensorType type) {
    Case c = Case.random(type, 29, 83, 71);
    float[] whole = c.run(Kernels.choose(Kernels.Choice.VECTOR), 0, 29);
    float[] parts = new float[whole.length];
    for (int token = 0; token < 71; token++) {
      for (int row = 0; row < 29; row++) {
        c.run(Kernels.choose(Kernels.Choice.VECTOR), row, row + 1, new int[] {token}, parts);
      }
    }
    assertThat(parts).isEqualTo(whole);
  }

  @ParameterizedTest
  @EnumSource(TensorType.class)
  void subnormalProductsAreNotFlushedToZero(TensorType type) {
    int columns = 37;
    float[] ones = new float[8 * columns];
    Arrays.fill(ones, 1);
    float[] x = new float[4 * columns];
    Arrays.fill(x, Float.MIN_VALUE);
    Case c = new Case(Floats.tensor(ones, type, 8, columns), x, 8, columns, 4);
    for (Kernels.Choice choice : Kernels.Choice.values()) {
      assertThat(c.run(Kernels.choose(choice), 0, 8)).containsOnly(columns * Float.MIN_VALUE);
    }
  }

  @ParameterizedTest
  @EnumSource(TensorType.class)
  void subnormalWeightsCount(TensorType type) {
    float smallest = type == TensorType.F16 ? 0x1p-24f : 0x1p-133f;
    float[] w = new float[8 * 37];
    Arrays.fill(w, smallest);
    float[] x = new float[4 * 37];
    Arrays.fill(x, 0x1p20f);
    Case c = new Case(Floats.tensor(w, type, 8, 37), x, 8, 37, 4);
    for (Kernels.Choice choice : Kernels.Choice.values()) {
      assertThat(c.run(Kernels.choose(choice), 0, 8)).containsOnly(37 * smallest * 0x1p20f);
    }
  }

  @ParameterizedTest
  @EnumSource(TensorType.class)
  void everyBitPatternOfAWeightIsReadExactly(TensorType type) {
    int patterns = 1 << 16;
    float[] expected = new float[patterns];
    short[] bits = new short[patterns];
    for (int i = 0; i < patterns; i++) {
      bits[i] = (short) i;
    }
    Tensor weights =
        type == TensorType.F32
            ? Floats.tensor(Floats.widen(bits, TensorType.BF16), TensorType.F32, patterns / 32, 32)
            : Floats.tensor(bits, type, patterns / 32, 32);
    for (int column = 0; column < 32; column++) {
      float[] x = new float[32];
      x[column] = 1;
      float[] out = new float[patterns / 32];
      LaneOrder order = LaneOrder.of(type);
      Kernels.choose(Kernels.Choice.VECTOR)
          .of(type)
          .multiply(
              Matrix.of(withoutOthers(weights, column, type)),
              0,
              patterns / 32,
              Activations.of(x, 1, 32, order),
              Gather.all(1),
              out,
              patterns / 32);
      for (int row = 0; row < out.length; row++) {
        expected[row * 32 + column] = out[row];
      }
    }
    for (int i = 0; i < patterns; i++) {
      float value = weights.get(i);
      assertThat(Float.floatToIntBits(expected[i]))
          .as("pattern %x", i)
          .isEqualTo(Float.floatToIntBits(value + 0f));
    }
  }

  /** The matrix with zeros everywhere but in one column, so that no NaN spoils its row. */
  private static Tensor withoutOthers(Tensor weights, int column, TensorType type) {
    byte[] copy = weights.data().toArray(ValueLayout.JAVA_BYTE);
    int size = type.bytes();
    for (int i = 0; i < copy.length / size; i++) {
      if (i % 32 != column) {
        Arrays.fill(copy, i * size, (i + 1) * size, (byte) 0);
      }
    }
    return Tensor.of(MemorySegment.ofArray(copy), type, copy.length / size / 32, 32);
  }

  private static final class Case {

    final Tensor weights;
    final float[] x;
    final int rows;
    final int columns;
    final int tokens;

    Case(Tensor weights, float[] x, int rows, int columns, int tokens) {
      this.weights = weights;
      this.x = x;
      this.rows = rows;
      this.columns = columns;
      this.tokens = tokens;
    }

    static Case random(TensorType type, int rows, int columns, int tokens) {
      var random = new SplittableRandom(rows * 1000L + columns);
      float[] w = Floats.gaussian(random, rows * columns);
      float[] x = Floats.gaussian(random, tokens * columns);
      return new Case(Floats.tensor(w, type, rows, columns), x, rows, columns, tokens);
    }

    float[] run(Kernels kernels, int fromRow, int toRow) {
      float[] out = new float[tokens * rows];
      run(kernels, fromRow, toRow, IntStream.range(0, tokens).toArray(), out);
      return out;
    }

    void run(Kernels kernels, int fromRow, int toRow, int[] chosen, float[] out) {
      LaneOrder order = LaneOrder.of(weights.type());
      kernels
          .of(weights.type())
          .multiply(
              Matrix.of(weights),
              fromRow,
              toRow,
              Activations.of(x, tokens, columns, order),
              new Gather(chosen, chosen),
              out,
              rows);
    }
  }
}

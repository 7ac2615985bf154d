package io.stagger.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.stagger.api.error.InvalidLoadException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoadTest {

  private static final Load LOAD = Load.of(3, new double[][] {{1, 2, 3}, {0, 0, 0}, {4.5, 0, 1}});

  @Test
  void holdsCountsByLayerAndExpert() {
    assertThat(LOAD.layers()).isEqualTo(3);
    assertThat(LOAD.experts()).isEqualTo(3);
    assertThat(LOAD.get(2, 0)).isEqualTo(4.5);
    assertThat(LOAD.layer(0)).containsExactly(1, 2, 3);
    assertThat(LOAD.total(0)).isEqualTo(6);
    assertThat(LOAD.total(2)).isEqualTo(5.5);
  }

  @Test
  void isIdleWhereNoTokenWent() {
    assertThat(LOAD.isIdle(0)).isFalse();
    assertThat(LOAD.isIdle(1)).isTrue();
    assertThat(LOAD.isIdle(2)).isFalse();
  }

  @Test
  void keepsAndHandsOutCopies() {
    double[][] rows = {{1, 2}};
    Load load = Load.of(2, rows);
    rows[0][0] = 9;
    load.layer(0)[1] = 9;
    assertThat(load.layer(0)).containsExactly(1, 2);
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, -1, -1e-300, Double.POSITIVE_INFINITY, 1.1e30})
  void refusesACountThatIsNoneAndNamesItsPlace(double count) {
    assertThatExceptionOfType(InvalidLoadException.class)
        .isThrownBy(() -> Load.of(2, new double[][] {{1, 1}, {1, count}}))
        .withMessage(
            "load, layer 1, expert 1: count " + count + "; expected a number from 0 to 1.0E30");
  }

  @Test
  void takesNegativeZeroForZero() {
    Load load = Load.of(1, new double[][] {{-0.0}});
    assertThat(Double.doubleToRawLongBits(load.get(0, 0))).isZero();
    assertThat(load).isEqualTo(Load.uniform(1, 1, 0));
  }

  @Test
  void sumsTheLargestCountsToSomethingFinite() {
    Load load = Load.uniform(1, ModelShape.MAX_EXPERTS, Load.MAX_COUNT);
    assertThat((float) load.total(0)).isFinite();
  }

  @Test
  void refusesARaggedRow() {
    assertThatExceptionOfType(InvalidLoadException.class)
        .isThrownBy(() -> Load.of(2, new double[][] {{1, 1}, {1}}))
        .withMessage("load, layer 1: 1 counts; expected 2, one for each expert");
  }

  @ParameterizedTest
  @CsvSource({"-1, 4", "4097, 1", "1, 0", "1, -4", "1, 65537", "4096, 65536", "2147483647, 2"})
  void refusesSizesOutOfRangeBeforeItAllocates(int layers, int experts) {
    assertThatExceptionOfType(InvalidLoadException.class)
        .isThrownBy(() -> Load.uniform(layers, experts, 1))
        .withMessageStartingWith("load: " + layers + " layers x " + experts + " experts; expected");
  }

  @Test
  void refusesRowsThatAreTooManyOrHaveNoExpert() {
    assertThatExceptionOfType(InvalidLoadException.class)
        .isThrownBy(() -> Load.of(0, new double[1][0]));
    assertThatExceptionOfType(InvalidLoadException.class)
        .isThrownBy(() -> Load.of(1, new double[ModelShape.MAX_LAYERS + 1][1]));
    assertThat(Load.of(1, new double[ModelShape.MAX_LAYERS][1]).layers()).isEqualTo(4096);
    assertThat(Load.uniform(1, ModelShape.MAX_EXPERTS, 1).experts()).isEqualTo(65_536);
  }

  @Test
  void refusesAUniformCountOutOfRangeEvenWithoutLayers() {
    assertThatExceptionOfType(InvalidLoadException.class)
        .isThrownBy(() -> Load.uniform(0, 4, Double.NaN));
  }

  @Test
  void isUniform() {
    assertThat(Load.uniform(2, 3, 7)).isEqualTo(Load.of(3, new double[][] {{7, 7, 7}, {7, 7, 7}}));
    assertThat(Load.uniform(0, 3, 7).layers()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 3})
  void refusesALayerThatDoesNotExist(int layer) {
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> LOAD.layer(layer));
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> LOAD.total(layer));
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> LOAD.select(layer));
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> LOAD.get(layer, 0));
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> LOAD.get(0, layer));
  }

  @Test
  void selectsLayersInTheOrderAsked() {
    Load selected = LOAD.select(2, 0, 2);
    assertThat(selected.layers()).isEqualTo(3);
    assertThat(selected.layer(0)).containsExactly(4.5, 0, 1);
    assertThat(selected.layer(1)).containsExactly(1, 2, 3);
    assertThat(selected.layer(2)).containsExactly(4.5, 0, 1);
    assertThatExceptionOfType(InvalidLoadException.class)
        .isThrownBy(() -> LOAD.select(new int[ModelShape.MAX_LAYERS + 1]));
  }

  @Test
  void addsUp() {
    Load sum = LOAD.plus(LOAD.select(2, 1, 0));
    assertThat(sum.layer(0)).containsExactly(5.5, 2, 4);
    assertThat(sum.layer(2)).containsExactly(5.5, 2, 4);
    assertThat(sum.isIdle(1)).isTrue();
  }

  @Test
  void refusesToAddWhatDiffersInSize() {
    assertThatExceptionOfType(InvalidLoadException.class)
        .isThrownBy(() -> LOAD.plus(Load.uniform(3, 4, 0)))
        .withMessageContaining("3 layers x 3 experts");
    assertThatExceptionOfType(InvalidLoadException.class)
        .isThrownBy(() -> LOAD.plus(Load.uniform(2, 3, 0)));
  }

  @Test
  void refusesASumAboveTheLargestCountAndNamesItsPlace() {
    Load large = Load.of(2, new double[][] {{0, 0}, {0, Load.MAX_COUNT}});
    assertThatExceptionOfType(InvalidLoadException.class)
        .isThrownBy(() -> large.plus(large))
        .withMessageStartingWith("load, layer 1, expert 1: count 2.0E30");
  }

  @Test
  void fitsAModelOfItsSize() {
    assertThatNoException().isThrownBy(() -> LOAD.requireFits(ModelShape.of(3, 3, 1, 1, 1)));
    assertThatExceptionOfType(InvalidLoadException.class)
        .isThrownBy(() -> LOAD.requireFits(ModelShape.of(2, 3, 1, 1, 1)))
        .withMessage("load: 3 layers x 3 experts; expected 2 layers x 3 experts");
    assertThatExceptionOfType(InvalidLoadException.class)
        .isThrownBy(() -> LOAD.requireFits(ModelShape.of(3, 4, 1, 1, 1)));
  }

  @Test
  void isAValue() {
    Load same = Load.of(3, new double[][] {{1, 2, 3}, {0, 0, 0}, {4.5, 0, 1}});
    assertThat(LOAD)
        .isEqualTo(same)
        .hasSameHashCodeAs(same)
        .isNotEqualTo(LOAD.plus(LOAD))
        .doesNotHaveSameHashCodeAs(LOAD.plus(LOAD))
        .isNotEqualTo(Load.uniform(0, 3, 0))
        .hasToString("Load[3 layers x 3 experts]");
    assertThat(Load.uniform(1, 4, 0)).isNotEqualTo(Load.uniform(2, 2, 0));
  }
}

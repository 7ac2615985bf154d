package io.stagger.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stagger.api.error.InvalidModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelShapeTest {

  @Test
  void describesDeepSeekV3() {
    ModelShape shape =
        new ModelShape("deepseek_v3", IntStream.range(3, 61).boxed().toList(), 256, 8, 8, 4);
    assertThat(shape.layers()).isEqualTo(58);
    assertThat(shape.expertsPerGroup()).isEqualTo(32);
    assertThat(shape.hasGroups()).isTrue();
  }

  @Test
  void hasNoGroupsWhereThereIsOne() {
    assertThat(ModelShape.of(2, 8, 2, 1, 1).hasGroups()).isFalse();
    assertThat(ModelShape.of(2, 8, 2, 2, 1).hasGroups()).isTrue();
  }

  @Test
  void numbersLayersFromZeroUnlessTold() {
    assertThat(ModelShape.of(3, 8, 2, 1, 1).moeLayers()).containsExactly(0, 1, 2);
    assertThat(ModelShape.of(0, 8, 2, 1, 1).layers()).isZero();
  }

  @Test
  void keepsItsOwnLayers() {
    List<Integer> layers = new ArrayList<>(List.of(1, 2));
    ModelShape shape = new ModelShape("m", layers, 4, 1, 1, 1);
    layers.add(3);
    assertThat(shape.moeLayers()).containsExactly(1, 2).isUnmodifiable();
  }

  @ParameterizedTest
  @CsvSource({
    "-1, 8, 2, 1, 1, model: -1 MoE layers; expected 0 to 4096",
    "4097, 8, 2, 1, 1, model: 4097 MoE layers; expected 0 to 4096",
    "1, 0, 1, 1, 1, model: 0 experts; expected 1 to 65536",
    "1, 65537, 1, 1, 1, model: 65537 experts; expected 1 to 65536",
    "1, 8, 0, 1, 1, 'model: top-k 0; expected 1 to 8, the experts'",
    "1, 8, 9, 1, 1, 'model: top-k 9; expected 1 to 8, the experts'",
    "1, 8, 2, 0, 1, 'model: 0 expert groups; expected a divisor of 8, the experts'",
    "1, 8, 2, 3, 1, 'model: 3 expert groups; expected a divisor of 8, the experts'",
    "1, 8, 2, 4, 0, 'model: top-k group 0; expected 1 to 4, the groups'",
    "1, 8, 2, 4, 5, 'model: top-k group 5; expected 1 to 4, the groups'",
    "1, 8, 3, 4, 1, model: top-k 3; expected at most the 2 experts of the chosen groups",
  })
  void refusesWhatContradictsItself(
      int layers, int experts, int topK, int groups, int topGroups, String message) {
    assertThatExceptionOfType(InvalidModelException.class)
        .isThrownBy(() -> ModelShape.of(layers, experts, topK, groups, topGroups))
        .withMessage(message);
  }

  @Test
  void acceptsTheLargestModel() {
    ModelShape shape = ModelShape.of(4096, 65_536, 65_536, 65_536, 65_536);
    assertThat(shape.layers()).isEqualTo(ModelShape.MAX_LAYERS);
    assertThat(shape.experts()).isEqualTo(ModelShape.MAX_EXPERTS);
    assertThat(shape.expertsPerGroup()).isEqualTo(1);
  }

  @Test
  void refusesMoreLayersThanTheLimitHoweverTheyAreNumbered() {
    List<Integer> layers = IntStream.range(100, 4197).boxed().toList();
    assertThatExceptionOfType(InvalidModelException.class)
        .isThrownBy(() -> new ModelShape("m", layers, 4, 1, 1, 1))
        .withMessage("model: 4097 MoE layers; expected at most 4096");
  }

  @Test
  void refusesLayersOutOfOrder() {
    assertThatExceptionOfType(InvalidModelException.class)
        .isThrownBy(() -> new ModelShape("m", List.of(1, 1), 4, 1, 1, 1))
        .withMessage(
            "model: MoE layer number 1; expected ascending layer numbers, here at least 2");
    assertThatExceptionOfType(InvalidModelException.class)
        .isThrownBy(() -> new ModelShape("m", List.of(-1), 4, 1, 1, 1))
        .withMessageContaining("here at least 0");
  }
}

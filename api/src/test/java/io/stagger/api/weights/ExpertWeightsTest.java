package io.stagger.api.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stagger.api.error.InvalidInputException;
import org.junit.jupiter.api.Test;

class ExpertWeightsTest {

  private static Tensor matrix(int rows, int columns) {
    return Tensor.ofFloats(new float[rows * columns], rows, columns);
  }

  @Test
  void knowsItsSizes() {
    ExpertWeights weights = new ExpertWeights(matrix(2, 3), matrix(2, 3), matrix(3, 2));
    assertThat(weights.intermediateSize()).isEqualTo(2);
    assertThat(weights.hiddenSize()).isEqualTo(3);
    assertThat(weights.bytes()).isEqualTo(3 * 6 * 4);
  }

  @Test
  void refusesShapesThatDoNotAgree() {
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> new ExpertWeights(matrix(2, 3), matrix(3, 2), matrix(3, 2)))
        .withMessage(
            "expert: gate [2, 3], up [3, 2], down [3, 2];"
                + " expected [intermediate, hidden] twice and [hidden, intermediate]");
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> new ExpertWeights(matrix(2, 3), matrix(2, 3), matrix(2, 3)));
  }

  @Test
  void refusesWhatIsNotAMatrix() {
    Tensor vector = Tensor.ofFloats(new float[4], 4);
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> new ExpertWeights(vector, vector, vector));
  }
}

package io.stagger.api.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stagger.api.error.InvalidInputException;
import io.stagger.api.weights.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenBatchTest {

  @Test
  void holdsRowsOfHiddenStates() {
    TokenBatch batch = TokenBatch.of(3, new float[] {1, 2, 3, 4, 5, 6}, 3);
    assertThat(batch.tokens()).isEqualTo(2);
    assertThat(batch.layer()).isEqualTo(3);
    assertThat(batch.sourceRank()).isZero();
    assertThat(batch.hidden().size(1)).isEqualTo(3);
    assertThat(batch.hidden().get(5)).isEqualTo(6);
  }

  @ParameterizedTest
  @CsvSource({"0, 4", "5, 4", "4, 0", "4, -4"})
  void refusesWhatIsNotAWholeNumberOfTokens(int values, int hiddenSize) {
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> TokenBatch.of(0, new float[values], hiddenSize))
        .withMessageStartingWith("batch of layer 0: " + values + " hidden values; expected");
  }

  @Test
  void refusesWhatIsNotAMatrix() {
    Tensor cube = Tensor.ofFloats(new float[8], 2, 2, 2);
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> new TokenBatch(0, cube, 0))
        .withMessage(
            "batch of layer 0: hidden states of shape [2, 2, 2]; expected [tokens, hiddenSize]");
  }
}

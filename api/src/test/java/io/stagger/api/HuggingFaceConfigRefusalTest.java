package io.stagger.api;

import static io.stagger.api.HuggingFaceConfigTest.MIXTRAL;
import static io.stagger.api.HuggingFaceConfigTest.read;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stagger.api.error.InvalidModelException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong with a configuration, and how the reader is told. */
class HuggingFaceConfigRefusalTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "num_local_experts | 'n_routed_experts' or 'num_experts' or 'num_local_experts' is missing",
        "num_experts_per_tok | 'num_experts_per_tok' or 'experts_per_token' is missing",
        "num_hidden_layers | 'num_hidden_layers' is missing",
        "hidden_size | 'hidden_size' is missing",
        "intermediate_size | 'intermediate_size' is missing",
      },
      quoteCharacter = '"')
  void namesTheKeyThatIsMissing(String key, String problem) {
    assertThatExceptionOfType(InvalidModelException.class)
        .isThrownBy(() -> read(MIXTRAL.replace('"' + key + '"', "\"x_" + key + '"')))
        .withMessage("config.json: " + problem + "; expected a whole number from 0 to 16777216");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"8\"", "-8", "8.5", "1e300", "16777217", "[8]", "true", "{}"})
  void refusesAnExpertCountThatIsNone(String value) {
    assertThatExceptionOfType(InvalidModelException.class)
        .isThrownBy(() ->
            read(MIXTRAL.replace("\"num_local_experts\": 8", "\"num_local_experts\": " + value)))
        .withMessageContaining("'num_local_experts' is ")
        .withMessageContaining("; expected a whole number from");
  }

  @Test
  void refusesNumbersThatAreNone() {
    for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatExceptionOfType(InvalidModelException.class)
          .isThrownBy(() -> HuggingFaceConfig.of(Map.of("num_experts", value)))
          .withMessageContaining("'num_experts'");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "num_hidden_layers | 4097 | at most 4096",
        "model_type | 7 | a text",
        "norm_topk_prob | 1 | true or false",
        "routed_scaling_factor | \"2\" | a number",
        "scoring_func | \"softplus\" | 'softmax' or 'sigmoid'",
        "mlp_only_layers | 3 | a list of whole numbers",
        "mlp_only_layers | [1.5] | a whole number from 0 to 16777216",
        "mlp_only_layers | [null] | a whole number from 0 to 16777216",
        "n_shared_experts | 1000000 | at most 1048576 wide together",
        "n_shared_experts | 16777216 | at most 1048576 wide together",
        "topk_method | [] | a text",
        "n_group | \"x\" | a whole number from 0 to 16777216",
      },
      quoteCharacter = '`')
  void namesTheKeyThatIsIllTyped(String key, String value, String expected) {
    String config = MIXTRAL.strip().replaceFirst("\\}$", ", \"%s\": %s}".formatted(key, value));
    assertThatExceptionOfType(InvalidModelException.class)
        .isThrownBy(() -> read(config))
        .withMessageContaining("'" + key + "'")
        .withMessageEndingWith("; expected " + expected);
  }

  @Test
  void refusesAShapeThatContradictsItself() {
    assertThatExceptionOfType(InvalidModelException.class)
        .isThrownBy(
            () -> read(MIXTRAL.replace("\"num_experts_per_tok\": 2", "\"num_experts_per_tok\": 9")))
        .withMessage("model: top-k 9; expected 1 to 8, the experts");
  }

  @Test
  void showsTheBeginningOfALongValueOnly() {
    String value = "x".repeat(1_000_000);
    assertThatExceptionOfType(InvalidModelException.class)
        .isThrownBy(() -> HuggingFaceConfig.of(Map.of("num_experts", value)))
        .withMessage(
            "config.json: 'num_experts' is %s and so on;".formatted("x".repeat(60))
                + " expected a whole number from 0 to 16777216");
    assertThatExceptionOfType(InvalidModelException.class)
        .isThrownBy(() -> HuggingFaceConfig.of(Map.of("num_experts", "x".repeat(60))))
        .withMessageStartingWith("config.json: 'num_experts' is " + "x".repeat(60) + "; expected");
  }
}

package io.stagger.samples.tinymoe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stagger.api.error.CheckpointException;
import io.stagger.api.error.InvalidModelException;
import io.stagger.api.text.LanguageModelProvider;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TinyMoeProviderTest {

  private static final Checkpoint CHECKPOINT = Checkpoint.read();

  private final TinyMoeProvider provider = new TinyMoeProvider();

  @Test
  void isFoundAsAService() {
    assertThat(ServiceLoader.load(LanguageModelProvider.class))
        .hasOnlyElementsOfType(TinyMoeProvider.class)
        .hasSize(1);
  }

  @Test
  void supportsItsOwnTypeAlone() {
    assertThat(provider.supports("tiny_moe")).isTrue();
    assertThat(provider.supports("deepseek_v2")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          vocab_size          | 512  | 'vocab_size' is 512.0; expected 256
          num_hidden_layers   | 0    | 'num_hidden_layers' is 0.0; expected a whole number from 1 to 256
          num_key_value_heads | 2    | 'num_key_value_heads' is 2.0; expected 4
          head_dim            | 33   | 'head_dim' is 33; expected an even number
          rope_theta          | -1   | 'rope_theta' is -1.0; expected a finite number above 0
          rms_norm_eps        | 0    | 'rms_norm_eps' is 0.0; expected a finite number above 0
          max_position_embeddings | 1e9 | expected a whole number from 1 to 32768
          """)
  void refusesAConfigurationThatItCannotRun(String key, double value, String message) {
    assertThatThrownBy(() -> provider.open(CHECKPOINT.with(key, value)))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining(message);
  }

  @Test
  void saysWhichKeyIsMissing() {
    assertThatThrownBy(() -> provider.open(CHECKPOINT.with("hidden_size", "wide")))
        .isInstanceOf(InvalidModelException.class)
        .hasMessage("config.json: 'hidden_size' is wide; expected 1 to 16384");
  }

  @Test
  void refusesATensorOfAnotherShape() {
    assertThatThrownBy(() -> provider.open(CHECKPOINT.with("head_dim", 16)))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "tensor 'model.layers.0.self_attn.q_proj.weight': shape [128, 128]; "
                + "expected [64, 128], as config.json says");
  }
}

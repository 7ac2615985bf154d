package io.stagger.engine.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stagger.api.HuggingFaceConfig;
import io.stagger.api.error.InvalidModelException;
import io.stagger.engine.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelFileTest {

  private static final String MIXTRAL =
      """
      {"model_type": "mixtral", "num_hidden_layers": 2, "num_local_experts": 8,
       "num_experts_per_tok": 2, "hidden_size": 16, "intermediate_size": 32}
      """;

  @TempDir Path directory;

  private Path config(String text) {
    try {
      return Files.writeString(directory.resolve("config.json"), text);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void readsAFileOrTheFolderThatHoldsIt() {
    Path file = config(MIXTRAL);

    HuggingFaceConfig model = ModelFile.read(file);

    assertThat(model.modelType()).isEqualTo("mixtral");
    assertThat(model.shape().experts()).isEqualTo(8);
    assertThat(ModelFile.read(directory)).isEqualTo(model);
  }

  @Test
  void readsTheTinyModel() {
    assertThat(ModelFile.read(SharedData.path("tiny-moe")).shape().layers()).isPositive();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | not one JSON object",
        "[] | not one JSON object",
        "null | holds null",
        "{\"model_type\": | not valid JSON",
        "{} | n_routed_experts",
        "{\"a\": 1, \"a\": 2} | Duplicate"
      })
  void badFilesAreNamed(String text, String problem) {
    assertThatThrownBy(() -> ModelFile.read(config(text)))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("config.json")
        .hasMessageContaining(problem);
  }

  @Test
  void aWrongValueNamesTheFile() {
    Path file = config(MIXTRAL.replace("\"num_experts_per_tok\": 2", "\"num_experts_per_tok\": 9"));

    assertThatThrownBy(() -> ModelFile.read(file))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageStartingWith(file + ": top-k 9");
  }

  @Test
  void aFolderWithoutConfigurationIsNamed() {
    assertThatThrownBy(() -> ModelFile.read(directory))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining(directory.resolve("config.json").toString());
  }
}

package io.stagger.samples.tinymoe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stagger.api.error.CheckpointException;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.error.InvalidModelException;
import io.stagger.engine.Stagger;
import io.stagger.engine.config.StaggerConfig;
import io.stagger.engine.text.TextModel;
import io.stagger.weights.CheckpointConverter;
import io.stagger.weights.ProgressListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextModelTest {

  @TempDir private Path folder;
  private final Stagger stagger = Stagger.open(StaggerConfig.builder().build());

  @AfterEach
  void close() {
    stagger.close();
  }

  @Test
  void opensAStoreAndLeavesItWhereItIs() {
    CheckpointConverter.convert(Golden.modelDirectory(), folder, ProgressListener.NONE);

    try (TextModel model = TextModel.open(stagger, folder, ProgressListener.NONE)) {
      assertThat(model.model().modelType()).isEqualTo("tiny_moe");
      assertThat(model.language().contextLength()).isEqualTo(256);
    }
    assertThat(folder.resolve("manifest.json")).exists();
  }

  @Test
  void removesATemporaryStore() {
    Path store;
    try (TextModel model =
        TextModel.open(stagger, Golden.modelDirectory(), ProgressListener.NONE)) {
      store = model.store();
      assertThat(store.resolve("manifest.json")).exists();
    }
    assertThat(store).doesNotExist();
  }

  @Test
  void passesOnWhatIsWrongWithACheckpoint() throws IOException {
    Files.copy(Golden.modelDirectory().resolve("config.json"), folder.resolve("config.json"));
    Files.write(folder.resolve("model.safetensors"), new byte[] {1, 2, 3});

    assertThatThrownBy(() -> TextModel.open(stagger, folder, ProgressListener.NONE))
        .isInstanceOf(CheckpointException.class);
  }

  @Test
  void saysThatNoProgramRunsAModelOfAType() throws IOException {
    String config = Files.readString(Golden.modelDirectory().resolve("config.json"));
    Files.writeString(
        folder.resolve("config.json"), config.replace("\"tiny_moe\"", "\"deepseek_v2\""));
    Files.copy(
        Golden.modelDirectory().resolve("model.safetensors"), folder.resolve("model.safetensors"));

    assertThatThrownBy(() -> TextModel.open(stagger, folder, ProgressListener.NONE))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("no language model runs models of type 'deepseek_v2'")
        .hasMessageContaining("TinyMoeProvider");
  }

  @Test
  void saysThatAFolderHoldsNoModel() {
    assertThatThrownBy(() -> TextModel.open(stagger, folder, ProgressListener.NONE))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            folder
                + ": no model; expected a folder with manifest.json (a weight store) or config.json"
                + " (a checkpoint)");
  }
}

package io.stagger.weights.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stagger.api.error.CheckpointException;
import io.stagger.weights.CheckpointFixture;
import io.stagger.weights.Families;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {

  private static final String INDEX = "model.safetensors.index.json";

  @TempDir Path temp;
  private Path folder;

  @BeforeEach
  void writeShards() throws IOException {
    folder = Families.qwen3(1).writeSharded(temp.resolve("in"), 2);
  }

  private void changeIndex(String from, String to) throws IOException {
    String index = Files.readString(folder.resolve(INDEX));
    assertThat(index).contains(from);
    int at = index.indexOf(from);
    Files.writeString(
        folder.resolve(INDEX), index.substring(0, at) + to + index.substring(at + from.length()));
  }

  private void assertRefused(String... words) {
    assertThatThrownBy(() -> Checkpoint.open(folder).close())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(words);
  }

  @Test
  void shardsAreOneCheckpoint() {
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThat(checkpoint.tensors()).hasSize(Families.qwen3(1).tensors().size());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../secret.safetensors", "/etc/passwd", "a/../../b.safetensors", "", "a\\\\b"})
  void anIndexThatNamesAFileOutsideTheFolderIsRefused(String name) throws IOException {
    changeIndex("model-00001-of-00002.safetensors", name);
    assertRefused(INDEX, "inside the checkpoint's folder");
  }

  @Test
  void aMissingShardIsRefused() throws IOException {
    Files.delete(folder.resolve("model-00002-of-00002.safetensors"));
    assertRefused("model-00002-of-00002.safetensors", "no such file");
  }

  @Test
  void aTensorThatIsNotInItsShardIsRefused() throws IOException {
    changeIndex("model.norm.weight", "model.norm.weights");
    assertRefused(INDEX, "model.norm.weights", "in no file");
  }

  @Test
  void aTensorInAnotherShardIsRefused() throws IOException {
    String index = Files.readString(folder.resolve(INDEX));
    String entry = "\"model.norm.weight\":\"model-0000";
    char shard = index.charAt(index.indexOf(entry) + entry.length());
    changeIndex(entry + shard, entry + (shard == '1' ? '2' : '1'));
    assertRefused(INDEX, "model.norm.weight", "fetch them again");
  }

  @Test
  void aTensorInTwoShardsIsRefused() throws IOException {
    Files.copy(
        folder.resolve("model-00001-of-00002.safetensors"),
        folder.resolve("model-00002-of-00002.safetensors"),
        StandardCopyOption.REPLACE_EXISTING);
    assertRefused("model-00002-of-00002.safetensors", "a duplicate");
  }

  @Test
  void anIndexWithAKeyTwiceIsRefused() throws IOException {
    changeIndex("\"weight_map\":{", "\"weight_map\":{\"a\":\"b\",\"a\":\"b\",");
    assertRefused(INDEX, "Duplicate");
  }

  @Test
  void aFolderWithoutWeightsSaysWhatIsNeeded() throws IOException {
    Files.delete(folder.resolve(INDEX));
    assertRefused("no weights", "model.safetensors");
  }

  @Test
  void aFolderWithoutConfigurationSaysSo() throws IOException {
    Files.delete(folder.resolve("config.json"));
    assertRefused("no config.json", "a Hugging Face checkpoint");
  }

  @Test
  void aConfigurationThatIsNoJsonIsRefused() throws IOException {
    Files.writeString(folder.resolve("config.json"), "{\"a\":1} trailing");
    assertRefused("config.json", "not valid JSON");
  }

  @Test
  void linksInsideTheFolderAreFollowed() throws IOException {
    Path shard = folder.resolve("model-00001-of-00002.safetensors");
    Path blob = Files.move(shard, temp.resolve("blob"));
    Files.createSymbolicLink(shard, blob);
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThat(checkpoint.tensors()).isNotEmpty();
    }
  }

  @Test
  void itsIdentityStaysUntilAFileChanges() throws IOException {
    String before = identity();
    assertThat(identity()).isEqualTo(before);
    Files.setLastModifiedTime(
        folder.resolve("model-00001-of-00002.safetensors"),
        FileTime.from(Instant.EPOCH.plusSeconds(1)));
    assertThat(identity()).isNotEqualTo(before);
  }

  @Test
  void itsIdentityChangesWithTheConfiguration() throws IOException {
    String before = identity();
    Families.qwen3(1).with("norm_topk_prob", false).writeSharded(temp.resolve("other"), 2);
    Files.copy(
        temp.resolve("other/config.json"),
        folder.resolve("config.json"),
        StandardCopyOption.REPLACE_EXISTING);
    assertThat(identity()).isNotEqualTo(before);
  }

  private String identity() {
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      return checkpoint.identity();
    }
  }

  @Test
  void theSingleFileIsReadWhereBothAreThere() throws IOException {
    CheckpointFixture one = Families.qwen3(2);
    one.write(folder);
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThat(checkpoint.tensors().get("model.norm.weight").file())
          .isEqualTo("model.safetensors");
    }
  }
}

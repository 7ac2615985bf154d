package io.stagger.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Converting a checkpoint, and looking into the store that comes of it. */
class WeightsCommandTest {

  private static final Path MODEL = Repository.file("samples/tiny-moe-lm/model");

  @TempDir private static Path folder;
  private static Path store;
  private static Run converted;

  @BeforeAll
  static void convert() {
    store = folder.resolve("store");
    converted = Run.of("convert", MODEL, store);
  }

  @Test
  void convertingSaysWhatIsInTheStoreAndShowsItsProgress() {
    assertThat(converted.exitCode()).as(converted.err()).isEqualTo(ExitCode.OK);
    assertThat(converted.out()).contains("4 MoE layers, 64 experts", "BF16");
    assertThat(converted.err()).contains("100%");
  }

  @Test
  void convertingAgainVerifiesWhatIsThere() {
    Run again = Run.of("convert", MODEL, store, "--json");
    assertThat(again.exitCode()).as(again.err()).isEqualTo(ExitCode.OK);
    assertThat(again.json().path("layers")).hasSize(4);
  }

  @Test
  void goesOnWithAConversionThatWasInterrupted() throws IOException {
    Path begun = Files.createDirectory(folder.resolve("begun"));
    Files.createFile(begun.resolve("manifest.part"));
    Run run = Run.of("convert", MODEL, begun);
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
    assertThat(run.err()).contains("Going on with a conversion");
  }

  @Test
  void refusesAFolderThatHoldsSomethingElse() throws IOException {
    Path full = Files.createDirectory(folder.resolve("full"));
    Files.writeString(full.resolve("letter.txt"), "mine");
    Run run = Run.of("convert", MODEL, full);
    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(full).isDirectoryContaining("glob:**letter.txt");
    assertThat(full.resolve("manifest.json")).doesNotExist();
  }

  @Test
  void aTruncatedCheckpointIsOneLineAndLeavesNothingBehind() throws IOException {
    Path cut = Files.createDirectory(folder.resolve("cut"));
    Files.copy(MODEL.resolve("config.json"), cut.resolve("config.json"));
    byte[] bytes = Files.readAllBytes(MODEL.resolve("model.safetensors"));
    Files.write(cut.resolve("model.safetensors"), java.util.Arrays.copyOf(bytes, 100_000));
    Path out = folder.resolve("from-cut");
    Run run = Run.of("convert", cut, out);
    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).contains("model.safetensors");
    assertThat(out).doesNotExist();
  }

  @Test
  void aFolderWithoutCheckpointIsBadInput() {
    Run run = Run.of("convert", folder.resolve("nowhere"), folder.resolve("from-nowhere"));
    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("nowhere");
  }

  @Test
  void tellsProgramsEveryFileWithItsChecksum() {
    JsonNode json = Run.of("weights", store, "--json").json();
    assertThat(json.at("/model/experts").asInt()).isEqualTo(64);
    assertThat(json.at("/expert/bytes").asLong()).isEqualTo(3 * 64 * 128 * 2);
    assertThat(json.path("files")).isNotEmpty();
    assertThat(json.path("files"))
        .allSatisfy(file -> assertThat(file.path("sha256").asText()).hasSize(64));
    assertThat(json.has("verified")).isFalse();
  }

  @Test
  void anUndamagedStoreIsSound() {
    Run run = Run.of("weights", store, "--verify");
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
    assertThat(run.out()).contains("sound");
  }

  @Test
  void aFlippedByteIsFoundAndTheAnswerIsNo() throws IOException {
    Path damaged = folder.resolve("damaged");
    Run.of("convert", MODEL, damaged);
    flip(damaged.resolve("layers/layer-00002.arrow"));
    Run run = Run.of("weights", damaged, "--verify", "--json");
    assertThat(run.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(run.json().at("/verified/sound").asBoolean()).isFalse();
    assertThat(run.json().at("/verified/damage").asText()).contains("layer-00002");
  }

  @Test
  void aFolderThatIsNoStoreIsBadInput() {
    Run run = Run.of("weights", MODEL);
    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("manifest.json", "convert");
  }

  private static void flip(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      long middle = channel.size() / 2;
      channel.read(one, middle);
      one.put(0, (byte) ~one.get(0)).rewind();
      channel.write(one, middle);
    }
  }
}

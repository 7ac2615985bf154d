package io.stagger.engine.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.error.InvalidPlacementException;
import io.stagger.engine.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlacementFileTest {

  /** Two MoE layers after one dense layer. */
  private static final ModelShape MODEL = new ModelShape("m", List.of(1, 2), 3, 1, 1, 1);

  private static final Cluster UNEVEN = Cluster.of(1, SlotLayout.of(3, 1));
  private static final Placement PLACEMENT =
      Placement.of(UNEVEN.layout(), 3, new int[][] {{0, 1, 2, 0}, {2, 1, -1, 0}});
  private static final PlacementFile.Details DETAILS =
      new PlacementFile.Details("auto", "zigzag", 1, List.of(0.5, 0.25), List.of(0.1, 0.0));

  @TempDir Path directory;

  private Path file(String text) {
    try {
      return Files.writeString(directory.resolve("placement.json"), text);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private Path written() {
    Path file = directory.resolve("placement.json");
    PlacementFile.write(file, MODEL, PLACEMENT, DETAILS);
    return file;
  }

  @Test
  void whatWasWrittenIsReadAgain() {
    PlacementFile read = PlacementFile.open(written());

    assertThat(read.placement()).isEqualTo(PLACEMENT);
    assertThat(read.placement(MODEL, UNEVEN)).isEqualTo(PLACEMENT);
    assertThat(read.strategy()).contains("zigzag");
    assertThat(read.fingerprint()).contains(PLACEMENT.fingerprint());
    assertThat(read.layout()).contains(UNEVEN.layout());
  }

  @Test
  void theFileIsPlainJsonWithARowForEachLayerOfTheModel() throws IOException {
    JsonNode json = new ObjectMapper().readTree(written().toFile());

    assertThat(json.get("physical_to_logical_map").toString())
        .isEqualTo("[[0,1,2,0],[0,1,2,0],[2,1,-1,0]]");
    assertThat(json.get("moe_layers").toString()).isEqualTo("[1,2]");
    assertThat(json.get("strategy").asText()).isEqualTo("zigzag");
    assertThat(json.get("requested_strategy").asText()).isEqualTo("auto");
    assertThat(json.get("fingerprint").asText()).isEqualTo(PLACEMENT.fingerprint());
    assertThat(json.get("ranks").asInt()).isEqualTo(2);
    assertThat(json.get("slots_per_rank").toString()).isEqualTo("[3,1]");
    assertThat(json.get("imbalance").toString()).isEqualTo("[0.5,0.25]");
    assertThat(json.get("bound").toString()).isEqualTo("[0.1,0.0]");
  }

  @Test
  void writingLeavesNothingBesideTheFile() throws IOException {
    written();
    written();

    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(directory.resolve("placement.json"));
    }
  }

  @Test
  void aFileThatCannotBeWrittenIsNamedAndNothingIsLeft() throws IOException {
    Path target = Files.createDirectory(directory.resolve("folder"));
    Files.createFile(target.resolve("full"));

    assertThatThrownBy(() -> PlacementFile.write(target, MODEL, PLACEMENT, DETAILS))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("folder");
    assertThatThrownBy(
            () -> PlacementFile.write(directory.resolve("no/a.json"), MODEL, PLACEMENT, DETAILS))
        .isInstanceOf(InvalidInputException.class);
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(target);
    }
  }

  @Test
  void aPlacementOfAnotherModelIsNotWritten() {
    Path file = directory.resolve("a.json");

    assertThatThrownBy(
            () -> PlacementFile.write(file, ModelShape.of(3, 3, 1, 1, 1), PLACEMENT, DETAILS))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("a placement of 2 layers; expected 3");
    assertThat(file).doesNotExist();
  }

  @Test
  void othersMayReadTheFileIfTheirSystemLetsThem() throws IOException {
    Path plain = Files.writeString(directory.resolve("plain"), "");
    assumeTrue(Files.getFileStore(directory).supportsFileAttributeView("posix"));

    assertThat(Files.getPosixFilePermissions(written()))
        .isEqualTo(Files.getPosixFilePermissions(plain));
  }

  @Test
  void readsSglangsMapping() {
    Path file = SharedData.path("data/format-fixtures/sglang_init_expert_location_mapping.json");

    Placement placement =
        PlacementFile.read(file, ModelShape.of(2, 8, 2, 1, 1), Cluster.of(1, 2, 10));

    assertThat(placement.physicalToLogical(0)).containsExactly(7, 2, 0, 3, 5, 6, 1, 4, 7, 2);
    assertThat(PlacementFile.open(file).placement(SlotLayout.even(2, 10))).isEqualTo(placement);
    assertThatThrownBy(() -> PlacementFile.open(file).placement())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("does not say how many ranks");
  }

  @Test
  void aChangedMapNoLongerHasItsFingerprint() throws IOException {
    Path file = written();
    Files.writeString(file, Files.readString(file).replace("[2,1,-1,0]", "[1,2,-1,0]"));

    assertThatThrownBy(() -> PlacementFile.open(file).placement())
        .isInstanceOf(InvalidPlacementException.class)
        .hasMessageContaining("placement.json: the fingerprint is that of another placement");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[[0]] | no JSON object",
        "{} | the key 'physical_to_logical_map' is missing",
        "{\"physical_to_logical_map\": 1} | is no list",
        "{\"physical_to_logical_map\": [1]} | layer 0 is no list",
        "{\"physical_to_logical_map\": [[0,1.5]]} | layer 0, entry 1 is 1.5",
        "{\"physical_to_logical_map\": [[0,\"1\"]]} | layer 0, entry 1 is 1",
        "{\"physical_to_logical_map\": [[0,4294967296]]} | layer 0, entry 1 is 4294967296",
        "{\"physical_to_logical_map\": [[0,NaN]]} | layer 0, entry 1 is NaN",
        "{\"physical_to_logical_map\": [[0,1,2,0]]} | 1 layers; expected 2",
        "{\"physical_to_logical_map\": [[0,1,2,0],[0,1,2]]} | layer 1 has 3 slots; expected 4",
        "{\"physical_to_logical_map\": [[0,1,2,0],[0,1,3,0]]} | layer 1, slot 2 (rank 0) holds",
        "{\"physical_to_logical_map\": [[0,1,2,0],[0,1,-2,0]]} | layer 1, slot 2 (rank 0) holds",
        "{\"physical_to_logical_map\": [[0]], \"ranks\": 0} | 'ranks' is 0; expected 1 to 65536",
        "{\"physical_to_logical_map\": [[0]], \"moe_layers\": [1]} | 'moe_layers' names row 1",
        "{\"physical_to_logical_map\": [[0],[0]], \"moe_layers\": [1,0]} | 'moe_layers' names row"
            + " 0",
        "{\"physical_to_logical_map\": [[0],[0]], \"slots_per_rank\": [2,-1]} | -1 slots",
        "{\"physical_to_logical_map\": [[0],[0]], \"slots_per_rank\": [1], \"ranks\": 2} | lists 1",
        "{\"physical_to_logical_map\": [[0]], \"strategy\": 1} | 'strategy' is 1; expected a text",
        "{\"physical_to_logical_map\": [[0,1,2,0],[0,1,2,0]]} x | not valid JSON",
        "{\"physical_to_logical_map\": [[0,1,2,0],[0,1,2 | not valid JSON"
      })
  void badFilesAreNamed(String text, String problem) {
    assertThatThrownBy(() -> PlacementFile.read(file(text), MODEL, UNEVEN))
        .isInstanceOf(InvalidPlacementException.class)
        .hasMessageContaining("placement.json")
        .hasMessageContaining(problem);
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatThrownBy(() -> PlacementFile.open(directory.resolve("no.json")))
        .isInstanceOf(InvalidPlacementException.class)
        .hasMessageContaining("no.json");
  }
}

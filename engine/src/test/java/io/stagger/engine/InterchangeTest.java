package io.stagger.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.error.ConfigurationException;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.error.PluginException;
import io.stagger.api.error.StaggerException;
import io.stagger.api.format.FormatContent;
import io.stagger.api.format.FormatReading;
import io.stagger.engine.config.StaggerConfig;
import io.stagger.engine.plugin.PluginJarBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InterchangeTest {

  /** Two MoE layers after one dense layer. */
  private static final ModelShape MODEL = new ModelShape("m", List.of(1, 2), 3, 1, 1, 1);

  private static final FormatContent EVEN =
      placed(SlotLayout.of(2, 2), new int[][] {{2, 0, 1, 0}, {1, 2, 0, 1}});
  private static final FormatContent UNEVEN =
      placed(SlotLayout.of(3, 1), new int[][] {{0, 1, 2, 0}, {0, 1, 2, 1}});
  private static final FormatContent EMPTY =
      placed(SlotLayout.of(2, 2), new int[][] {{0, 1, 0, 2}, {0, 1, 2, -1}});
  private static final FormatContent REPEATED =
      placed(SlotLayout.of(2, 2), new int[][] {{0, 1, 2, 2}, {0, 1, 2, 0}});
  private static final FormatContent LOAD =
      new FormatContent.OfLoad(MODEL, Load.of(3, new double[][] {{1, 2, 3}, {4, 0, 6}}));

  @TempDir Path directory;

  private Stagger stagger;

  @BeforeEach
  void open() {
    stagger = Stagger.open(StaggerConfig.builder().build());
  }

  @AfterEach
  void close() {
    stagger.close();
  }

  private static FormatContent placed(SlotLayout layout, int[][] slots) {
    return new FormatContent.OfPlacement(MODEL, Placement.of(layout, 3, slots));
  }

  @ParameterizedTest
  @ValueSource(strings = {"sglang", "tensorrt-llm", "vllm-ascend", "msit", "vllm"})
  void whatWasWrittenIsReadAgain(String format) {
    assertThat(read(format, written(format, EVEN)).content()).isEqualTo(EVEN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"sglang", "lmdeploy", "msit"})
  void aLoadThatWasWrittenIsReadAgain(String format) {
    assertThat(read(format, written(format, LOAD)).content()).isEqualTo(LOAD);
  }

  @Test
  void unevenRanksAndEmptySlotsSurviveWhereTheFormatHasThem() {
    assertThat(read("vllm", written("vllm", EMPTY)).content()).isEqualTo(EMPTY);
    assertThat(read("omniplacement", written("omniplacement", EMPTY)).content()).isEqualTo(EMPTY);
  }

  @Test
  void thePatternSaysThatTheOrderOfSlotsIsLost() {
    Path file = directory.resolve("pattern.npy");

    List<String> notes = stagger.interchange().write("omniplacement", file, EVEN, Map.of());

    assertThat(notes)
        .containsExactly(
            "the order of the slots on a rank is lost; the experts of each rank are not",
            "MoE layers are numbered from 0; in the model they are 1 to 2");
    assertThat(((FormatContent.OfPlacement) read("omniplacement", file).content()).placement())
        .isEqualTo(Placement.of(SlotLayout.of(2, 2), 3, new int[][] {{0, 2, 0, 1}, {1, 2, 0, 1}}));
  }

  @Test
  void whatAFileDoesNotSayIsANote() {
    List<String> notes =
        stagger.interchange().write("sglang", directory.resolve("f"), EVEN, Map.of());

    assertThat(notes).containsExactly("the file does not say that it is for 2 ranks");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sglang", "tensorrt-llm", "vllm-ascend", "msit"})
  void unevenRanksAreRefusedWhereTheFormatHasThemNot(String format) {
    refused(format, UNEVEN, "ranks have different numbers of slots: [3, 1]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sglang", "tensorrt-llm", "vllm-ascend", "msit"})
  void emptySlotsAreRefusedWhereTheFormatHasThemNot(String format) {
    refused(format, EMPTY, "layer 1, slot 3 holds no expert");
  }

  @ParameterizedTest
  @ValueSource(strings = {"omniplacement", "vllm"})
  void anExpertTwiceOnARankIsRefusedWhereTheFormatHasItNot(String format) {
    refused(format, REPEATED, "layer 0, rank 1 holds expert 2 in the slots 2 and 3");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tensorrt-llm", "vllm-ascend", "omniplacement", "vllm"})
  void aLoadIsRefusedWhereTheFormatHasNone(String format) {
    refused(format, LOAD, "carries no load; expected a placement");
  }

  @Test
  void aPlacementIsRefusedWhereTheFormatHasNone() {
    refused("lmdeploy", EVEN, "carries no placement; expected a load");
  }

  @Test
  void aSlotThatIsAlwaysEmptyIsNoPattern() {
    FormatContent spare =
        placed(SlotLayout.of(3, 2), new int[][] {{0, 1, -1, 2, 0}, {0, 1, -1, 2, 0}});

    refused("omniplacement", spare, "rank 0 has 3 slots and holds at most 2 experts");
  }

  @Test
  void countsThatAreNotWholeAreRefusedForMsit() {
    FormatContent half =
        new FormatContent.OfLoad(MODEL, Load.of(3, new double[][] {{1, 2, 3}, {4, 0.5, 6}}));

    refused("msit", half, "count 0.5");
  }

  @Test
  void theYamlSaysHowManyLayersItMigrates() throws IOException {
    Path file = directory.resolve("f.yaml");

    List<String> notes =
        stagger
            .interchange()
            .write("tensorrt-llm", file, EVEN, Map.of("layer_updates_per_iter", "2"));

    assertThat(notes).contains("TensorRT-LLM starts from this placement and goes on to change it");
    assertThat(file)
        .hasContent(
            """
            initial_global_assignments:
              1: [2, 0, 1, 0]
              2: [1, 2, 0, 1]
            num_slots: 4
            layer_updates_per_iter: 2
            """);
    assertThat(read("tensorrt-llm", file).notes())
        .containsExactly(
            "layer_updates_per_iter: 2 is no part of a placement; give the option"
                + " layer_updates_per_iter=2 to write it again");
  }

  @Test
  void countsOfAllRanksAndTheLastSnapshotAreTheLoad() throws IOException {
    Path folder = Files.createDirectory(directory.resolve("loads"));
    // Two snapshots of two layers, and of rank 1 the beginning of a third.
    Files.writeString(folder.resolve("decode_0.csv"), "1,2\n3,4\n10,20\n30,40\n");
    Files.writeString(folder.resolve("decode_1.csv"), "5\n6\n50\n60\n70\n");

    FormatReading reading = read("msit", folder);

    assertThat(reading.notes()).containsExactly("read the last of 2 snapshots");
    assertThat(((FormatContent.OfLoad) reading.content()).load())
        .isEqualTo(Load.of(3, new double[][] {{10, 20, 50}, {30, 40, 60}}));
  }

  @Test
  void countsOfReplicasAreAddedUpByTheDeployment() throws IOException {
    Path deployment = written("msit", EVEN);
    Path counts = Files.writeString(directory.resolve("decode_0.csv"), "1,2,3,4\n5,6,7,8\n");

    FormatReading reading =
        stagger
            .interchange()
            .read(
                "msit",
                counts,
                Optional.of(MODEL),
                OptionalInt.empty(),
                Map.of("deployment", deployment.toString()));

    assertThat(((FormatContent.OfLoad) reading.content()).load())
        .isEqualTo(Load.of(3, new double[][] {{6, 3, 1}, {7, 13, 6}}));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sglang | {\"a\": 1} | holds the keys [a]",
        "sglang | {\"physical_to_logical_map\": [[0,1,2],[0,1,2]]} | 3 slots a layer on 2 ranks",
        "sglang | {\"physical_to_logical_map\": [[0,1,2,0],[0,1,1,0]]} | expert 2 is on no rank",
        "tensorrt-llm | num_slots: 4 | initial_global_assignments' is missing",
        "tensorrt-llm | {num_slots: 4, x: 1} | unknown key 'x'",
        "tensorrt-llm | {num_slots: 1e3} | num_slots' is 1e3, not a whole number",
        "tensorrt-llm | {initial_global_assignments: {1: [0], 2: [0, 1]}, num_slots: 2} | layer 1",
        "tensorrt-llm | {initial_global_assignments: {1: [0, 1], 1: [0, 1]}, num_slots: 2} | plain",
        "tensorrt-llm | !!javax.script.ScriptEngineManager [] | is not plain YAML",
        "tensorrt-llm | {initial_global_assignments: &a {1: *a}, num_slots: 2} | is not plain YAML",
        "vllm-ascend | {\"moe_layer_count\": 1} | layer_list' is missing or empty",
        "vllm-ascend | {\"moe_layer_count\": 2, \"layer_list\": [{\"layer_id\": 3}]} | is 3",
        "omniplacement | this is no NumPy array | no NumPy array: its first bytes are others",
        "msit | 1,2\\n3 | 1 columns where the first row has 2",
        "lmdeploy | [[1,2,-3],[1,2,3]] | count -3.0",
        "vllm | {\"experts\": 3, \"layers\": []} | is missing or empty",
      })
  void aFileThatIsWrongIsNamed(String format, String text, String problem) throws IOException {
    Path file = Files.writeString(directory.resolve("wrong"), text.replace("\\n", "\n"));

    assertThatThrownBy(() -> read(format, file))
        .isInstanceOf(StaggerException.class)
        .hasMessageContaining("wrong")
        .hasMessageContaining(problem);
  }

  @Test
  void aFileThatDoesNotSayItsRanksNeedsThem() {
    Path file = written("sglang", EVEN);

    assertThatThrownBy(() ->
            stagger
                .interchange()
                .read("sglang", file, Optional.of(MODEL), OptionalInt.empty(), Map.of()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("does not say how many ranks there are");
  }

  @Test
  void ranksThatContradictTheFileAreRefused() {
    Path file = written("vllm-ascend", EVEN);

    assertThatThrownBy(() ->
            stagger
                .interchange()
                .read("vllm-ascend", file, Optional.of(MODEL), OptionalInt.of(4), Map.of()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("is for 2 ranks; expected 4");
  }

  @Test
  void anUnknownFormatListsTheKnownOnes() {
    assertThatThrownBy(() -> read("sglan", directory))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("there is no format 'sglan'")
        .hasMessageContaining("vllm-ascend")
        .hasMessageContaining("Did you mean 'sglang'?");
  }

  @Test
  void anUnknownOptionNamesTheNearest() {
    assertThatThrownBy(() ->
            stagger
                .interchange()
                .write("omniplacement", directory.resolve("f"), EVEN, Map.of("dtyp", "int64")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("Did you mean 'dtype'?");
  }

  @Test
  void aJarAddsAFormatAndIsHeldToItsWord() {
    String source =
        """
        package acme;
        import io.stagger.api.*;
        import io.stagger.api.format.*;
        import io.stagger.api.strategy.*;
        import java.io.*;
        import java.nio.file.Path;
        import java.util.*;
        public class Forgetful implements PlacementFormat {
          public String name() { return "acme"; }
          public Set<FormatFeature> features() {
            return Set.of(FormatFeature.PLACEMENT, FormatFeature.RANKS, FormatFeature.SLOT_ORDER);
          }
          public FormatReading read(Path file, FormatRequest request) {
            SlotLayout layout = SlotLayout.even(2, 4);
            Placement fixed = Placement.of(layout, 3, new int[][] {{0, 1, 2, 0}, {0, 1, 2, 1}});
            return new FormatReading(
                new FormatContent.OfPlacement(request.model().get(), fixed), List.of());
          }
          public List<String> write(FormatContent content, Options options, OutputStream out)
              throws IOException {
            out.write('x');
            return List.of("written by acme");
          }
        }
        """;
    new PluginJarBuilder()
        .source("acme.Forgetful", source)
        .service("io.stagger.api.format.PlacementFormat", "acme.Forgetful")
        .build(directory.resolve("acme.jar"));
    FormatContent known = placed(SlotLayout.of(2, 2), new int[][] {{0, 1, 2, 0}, {0, 1, 2, 1}});
    Path file = directory.resolve("file");
    StaggerConfig config =
        StaggerConfig.builder().set("plugins.directory", directory.toString()).build();
    try (Stagger withJar = Stagger.open(config)) {
      Interchange interchange = withJar.interchange();

      assertThatThrownBy(() -> interchange.write("acme", file, EVEN, Map.of()))
          .isInstanceOf(PluginException.class)
          .hasMessageContaining("format 'acme' (")
          .hasMessageContaining("acme.jar): what was written reads back as something else");
      assertThat(file).doesNotExist();
      assertThat(interchange.write("acme", file, known, Map.of())).contains("written by acme");
      assertThat(file).hasContent("x");
    }
  }

  private Path written(String format, FormatContent content) {
    Path file = directory.resolve("written-" + format);
    stagger.interchange().write(format, file, content, Map.of());
    return file;
  }

  private FormatReading read(String format, Path file) {
    boolean saysRanks = !format.equals("sglang") && !format.equals("tensorrt-llm");
    return stagger
        .interchange()
        .read(
            format,
            file,
            Optional.of(MODEL),
            saysRanks ? OptionalInt.empty() : OptionalInt.of(2),
            Map.of());
  }

  private void refused(String format, FormatContent content, String problem) {
    Path file = directory.resolve("refused");
    try {
      Files.writeString(file, "as it was");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }

    assertThatThrownBy(() -> stagger.interchange().write(format, file, content, Map.of()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(problem);
    assertThat(file).hasContent("as it was");
  }
}

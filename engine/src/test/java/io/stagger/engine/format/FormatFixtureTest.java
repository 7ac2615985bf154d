package io.stagger.engine.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stagger.api.ModelShape;
import io.stagger.api.format.FormatContent;
import io.stagger.api.format.FormatReading;
import io.stagger.engine.SharedData;
import io.stagger.engine.Stagger;
import io.stagger.engine.config.StaggerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files of the other systems come out as they went in. */
class FormatFixtureTest {

  private static final String FIXTURES = "data/format-fixtures/";
  private static final String PATTERNS = "data/omniplacement-dsv3-patterns/";
  private static final ObjectMapper JSON = new ObjectMapper();

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

  @ParameterizedTest
  @CsvSource({
    "sglang, sglang_init_expert_location_mapping.json",
    "sglang, sglang_init_expert_location_counts.json",
    "lmdeploy, lmdeploy_expert_statistic.json",
    "vllm-ascend, vllm_ascend_expert_map.json",
    "msit, vllm_ascend_expert_map.json",
  })
  void jsonComesOutValueForValue(String format, String fixture) throws IOException {
    Path file = SharedData.path(FIXTURES + fixture);

    JsonNode written = JSON.readTree(copied(format, file, Map.of()).toFile());

    assertThat(written).isEqualTo(JSON.readTree(file.toFile()));
  }

  @Test
  void yamlComesOutByteForByteButForComments() throws IOException {
    Path file = SharedData.path(FIXTURES + "trtllm_moe_load_balancer.yaml");
    String withoutComments =
        Files.readAllLines(file).stream()
            .filter(line -> !line.startsWith("#"))
            .collect(Collectors.joining("\n", "", "\n"));

    assertThat(copied("tensorrt-llm", file, Map.of())).hasContent(withoutComments);
  }

  @ParameterizedTest
  @CsvSource({
    "DSV3_baseline_16_devices_58_MoE_Layers.npy, int64",
    "placement_pattern_20250626_221356_58_rearrange_layers_58_layers_16_ranks_prefill"
        + "_step0to100000.npy, int32",
  })
  void patternsComeOutByteForByte(String pattern, String type) {
    Path file = SharedData.path(PATTERNS + pattern);

    Path written = copied("omniplacement", file, Map.of("dtype", type));

    assertThat(written).hasSameBinaryContentAs(file);
  }

  @Test
  void theModelsLayerNumbersSurvive() {
    Path file = SharedData.path(FIXTURES + "trtllm_moe_load_balancer.yaml");

    FormatReading reading = read("tensorrt-llm", file, Optional.empty());

    assertThat(reading.content().model().moeLayers()).containsExactly(3);
  }

  @Test
  void denseLayersOfARecordingAreLeftOutAndComeBack() throws IOException {
    Path file = SharedData.path("data/deepseek-v3-loads/decode_in2000out100.json");

    FormatReading reading = read("sglang", file, Optional.empty());
    Path written = directory.resolve("written.json");
    stagger.interchange().write("sglang", written, reading.content(), Map.of());

    ModelShape model = reading.content().model();
    assertThat(model.moeLayers().getFirst()).isEqualTo(3);
    assertThat(model.layers()).isEqualTo(58);
    assertThat(reading.notes()).contains("left out rows of dense layers: [0, 1, 2]");
    assertThat(read("sglang", written, Optional.empty()).content())
        .isInstanceOfSatisfying(
            FormatContent.OfLoad.class,
            back ->
                assertThat(back.load())
                    .isEqualTo(((FormatContent.OfLoad) reading.content()).load()));
    assertThat(JSON.readTree(written.toFile()).at("/logical_count")).hasSize(61);
  }

  private Path copied(String format, Path file, Map<String, String> options) {
    Path written = directory.resolve("written");
    FormatContent content = read(format, file, Optional.empty()).content();
    List<String> notes = stagger.interchange().write(format, written, content, options);
    assertThat(notes).noneMatch(note -> note.contains("lost"));
    return written;
  }

  private FormatReading read(String format, Path file, Optional<ModelShape> model) {
    boolean saysRanks = !format.equals("sglang") && !format.equals("tensorrt-llm");
    OptionalInt ranks = saysRanks ? OptionalInt.empty() : OptionalInt.of(2);
    return stagger.interchange().read(format, file, model, ranks, Map.of());
  }
}

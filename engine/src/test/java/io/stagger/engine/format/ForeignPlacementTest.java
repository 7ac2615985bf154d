package io.stagger.engine.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stagger.api.Balance;
import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.format.FormatContent;
import io.stagger.engine.SharedData;
import io.stagger.engine.Stagger;
import io.stagger.engine.config.StaggerConfig;
import io.stagger.engine.io.LoadFile;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Placements of other systems, each read in its own format, under loads that others recorded.
 *
 * <p>Huawei's figures on SGLang's loads were computed with NumPy, independently of this project.
 * Those of the fixtures were computed by hand: in layer 0 the ranks have 4680.5 and 4785.5 tokens,
 * in layer 1 they have 4604 and 4862.
 */
class ForeignPlacementTest {

  private static final String FOLDER = "data/omniplacement-dsv3-patterns/";

  private static final Map<String, String> FILES =
      Map.of(
          "huawei-linear",
          FOLDER + "DSV3_baseline_16_devices_58_MoE_Layers.npy",
          "huawei-prefill",
          FOLDER
              + "placement_pattern_20250626_221356_58_rearrange_layers_58_layers_16_ranks_prefill"
              + "_step0to100000.npy",
          "sglang",
          "data/format-fixtures/sglang_init_expert_location_mapping.json",
          "tensorrt-llm",
          "data/format-fixtures/trtllm_moe_load_balancer.yaml",
          "vllm-ascend",
          "data/format-fixtures/vllm_ascend_expert_map.json",
          "fixture-load",
          "data/format-fixtures/lmdeploy_expert_statistic.json");

  @ParameterizedTest(name = "{1} on {2}")
  @CsvSource({
    "omniplacement, huawei-linear, prefill_in4096, 1.568, 0.0005",
    "omniplacement, huawei-linear, prefill_in1024, 0.931, 0.0005",
    "omniplacement, huawei-linear, decode_in2000out100, 1.246, 0.0005",
    "omniplacement, huawei-linear, decode_in1000out1000, 1.439, 0.0005",
    "omniplacement, huawei-prefill, prefill_in4096, 0.545, 0.0005",
    "omniplacement, huawei-prefill, prefill_in1024, 0.456, 0.0005",
    "omniplacement, huawei-prefill, decode_in2000out100, 0.425, 0.0005",
    "omniplacement, huawei-prefill, decode_in1000out1000, 0.382, 0.0005",
    "sglang, sglang, fixture-load, 0.0191739, 0.0000001",
    "tensorrt-llm, tensorrt-llm, fixture-load, 0.0110923, 0.0000001",
    "vllm-ascend, vllm-ascend, fixture-load, 0.0110923, 0.0000001",
    "msit, vllm-ascend, fixture-load, 0.0110923, 0.0000001",
  })
  void hasThePublishedImbalance(
      String format, String placementName, String loadName, double imbalance, double tolerance) {
    Placement placement = placement(format, SharedData.path(FILES.get(placementName)));
    Load load = load(loadName, placement);

    double actual = Balance.of(placement, load, Cluster.of(1, placement.layout())).imbalance();

    assertThat(actual).isCloseTo(imbalance, within(tolerance));
  }

  private static Placement placement(String format, Path file) {
    try (Stagger stagger = Stagger.open(StaggerConfig.builder().build())) {
      boolean saysRanks = !format.equals("sglang") && !format.equals("tensorrt-llm");
      FormatContent content =
          stagger
              .interchange()
              .read(
                  format,
                  file,
                  Optional.empty(),
                  saysRanks ? OptionalInt.empty() : OptionalInt.of(2),
                  Map.of())
              .content();
      return ((FormatContent.OfPlacement) content).placement();
    }
  }

  private static Load load(String name, Placement placement) {
    if (!name.equals("fixture-load")) {
      Path file = SharedData.path("data/deepseek-v3-loads/" + name + ".json");
      return LoadFile.read(file, ModelShape.of(placement.layers(), placement.experts(), 8, 8, 4));
    }
    Load both = LoadFile.openJson(SharedData.path(FILES.get(name)), Optional.empty()).load();
    return both.select(IntStream.range(0, placement.layers()).toArray());
  }
}

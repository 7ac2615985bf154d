package io.stagger.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.stagger.api.RouterSpec.GroupScore;
import io.stagger.api.RouterSpec.Scoring;
import io.stagger.api.error.InvalidModelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Configurations as their publishers ship them, without the keys that nobody here reads. */
class HuggingFaceConfigTest {

  static final String MIXTRAL =
      """
      {"architectures": ["MixtralForCausalLM"], "hidden_act": "silu", "hidden_size": 4096,
       "intermediate_size": 14336, "model_type": "mixtral", "num_attention_heads": 32,
       "num_experts_per_tok": 2, "num_hidden_layers": 32, "num_key_value_heads": 8,
       "num_local_experts": 8, "router_aux_loss_coef": 0.02, "sliding_window": null}
      """;

  @Test
  void readsDeepSeekV2() throws Exception {
    HuggingFaceConfig config =
        read(
            """
            {"architectures": ["DeepseekV2ForCausalLM"], "first_k_dense_replace": 1,
             "hidden_act": "silu", "hidden_size": 5120, "intermediate_size": 12288,
             "model_type": "deepseek_v2", "moe_intermediate_size": 1536, "moe_layer_freq": 1,
             "n_group": 8, "n_routed_experts": 160, "n_shared_experts": 2,
             "norm_topk_prob": false, "num_experts_per_tok": 6, "num_hidden_layers": 60,
             "routed_scaling_factor": 16.0, "scoring_func": "softmax", "topk_group": 3,
             "topk_method": "group_limited_greedy"}
            """);
    assertThat(config.shape())
        .isEqualTo(new ModelShape("deepseek_v2", layers(1, 60), 160, 6, 8, 3));
    assertThat(config.requireMoe())
        .isEqualTo(
            new MoeSpec(
                config.shape(),
                new RouterSpec(Scoring.SOFTMAX, GroupScore.MAX, false, false, 16.0),
                5120,
                1536,
                3072,
                false));
  }

  @Test
  void readsDeepSeekV2LiteWhichHasNoGroups() throws Exception {
    HuggingFaceConfig config =
        read(
            """
            {"architectures": ["DeepseekV2ForCausalLM"], "first_k_dense_replace": 1,
             "hidden_act": "silu", "hidden_size": 2048, "intermediate_size": 10944,
             "model_type": "deepseek_v2", "moe_intermediate_size": 1408, "moe_layer_freq": 1,
             "n_group": 1, "n_routed_experts": 64, "n_shared_experts": 2, "norm_topk_prob": false,
             "num_experts_per_tok": 6, "num_hidden_layers": 27, "q_lora_rank": null,
             "routed_scaling_factor": 1.0, "scoring_func": "softmax", "topk_group": 1,
             "topk_method": "greedy"}
            """);
    assertThat(config.shape()).isEqualTo(new ModelShape("deepseek_v2", layers(1, 27), 64, 6, 1, 1));
    assertThat(config.requireMoe().intermediateSize()).isEqualTo(1408);
    assertThat(config.requireMoe().sharedIntermediateSize()).isEqualTo(2816);
  }

  @Test
  void readsDeepSeekV3AndR1() throws Exception {
    HuggingFaceConfig config =
        read(
            """
            {"architectures": ["DeepseekV3ForCausalLM"], "ep_size": 1, "first_k_dense_replace": 3,
             "hidden_act": "silu", "hidden_size": 7168, "intermediate_size": 18432,
             "model_type": "deepseek_v3", "moe_intermediate_size": 2048, "moe_layer_freq": 1,
             "n_group": 8, "n_routed_experts": 256, "n_shared_experts": 1, "norm_topk_prob": true,
             "num_experts_per_tok": 8, "num_hidden_layers": 61, "num_nextn_predict_layers": 1,
             "routed_scaling_factor": 2.5, "scoring_func": "sigmoid", "topk_group": 4,
             "topk_method": "noaux_tc"}
            """);
    assertThat(config.modelType()).isEqualTo("deepseek_v3");
    assertThat(config.shape())
        .isEqualTo(new ModelShape("deepseek_v3", layers(3, 61), 256, 8, 8, 4));
    assertThat(config.shape().layers()).isEqualTo(58);
    assertThat(config.requireMoe())
        .isEqualTo(
            new MoeSpec(
                config.shape(),
                new RouterSpec(Scoring.SIGMOID, GroupScore.TOP2_SUM, true, true, 2.5),
                7168,
                2048,
                2048,
                false));
  }

  @Test
  void readsDeepSeekV3AsTransformersWritesItWithoutTheMethod() throws Exception {
    HuggingFaceConfig config =
        read(
            """
            {"first_k_dense_replace": 3, "hidden_act": "silu", "hidden_size": 7168,
             "model_type": "deepseek_v3", "moe_intermediate_size": 2048, "n_group": 8,
             "n_routed_experts": 256, "n_shared_experts": 1, "norm_topk_prob": true,
             "num_experts_per_tok": 8, "num_hidden_layers": 61, "routed_scaling_factor": 2.5,
             "topk_group": 4}
            """);
    assertThat(config.requireMoe().router())
        .isEqualTo(new RouterSpec(Scoring.SIGMOID, GroupScore.TOP2_SUM, true, true, 2.5));
  }

  @Test
  void readsQwenMoeWithItsGatedSharedExpert() throws Exception {
    HuggingFaceConfig config =
        read(
            """
            {"architectures": ["Qwen2MoeForCausalLM"], "decoder_sparse_step": 1,
             "hidden_act": "silu", "hidden_size": 2048, "intermediate_size": 5632,
             "model_type": "qwen2_moe", "moe_intermediate_size": 1408, "norm_topk_prob": false,
             "num_experts": 60, "num_experts_per_tok": 4, "num_hidden_layers": 24,
             "shared_expert_intermediate_size": 5632}
            """);
    assertThat(config.shape()).isEqualTo(new ModelShape("qwen2_moe", layers(0, 24), 60, 4, 1, 1));
    assertThat(config.requireMoe())
        .isEqualTo(
            new MoeSpec(
                config.shape(),
                new RouterSpec(Scoring.SOFTMAX, GroupScore.MAX, false, false, 1.0),
                2048,
                1408,
                5632,
                true));
  }

  @ParameterizedTest
  @CsvSource({"2048, 6144, 768, 48", "4096, 12288, 1536, 94"})
  void readsQwen3Moe30bAnd235b(int hidden, int dense, int intermediate, int layers)
      throws Exception {
    HuggingFaceConfig config =
        read(
            """
            {"architectures": ["Qwen3MoeForCausalLM"], "decoder_sparse_step": 1,
             "hidden_act": "silu", "hidden_size": %d, "intermediate_size": %d,
             "mlp_only_layers": [], "model_type": "qwen3_moe", "moe_intermediate_size": %d,
             "norm_topk_prob": true, "num_experts": 128, "num_experts_per_tok": 8,
             "num_hidden_layers": %d}
            """
                .formatted(hidden, dense, intermediate, layers));
    assertThat(config.shape())
        .isEqualTo(new ModelShape("qwen3_moe", layers(0, layers), 128, 8, 1, 1));
    assertThat(config.requireMoe())
        .isEqualTo(
            new MoeSpec(
                config.shape(), RouterSpec.softmaxNormalized(), hidden, intermediate, 0, false));
  }

  @Test
  void readsMixtral() throws Exception {
    HuggingFaceConfig config = read(MIXTRAL);
    assertThat(config.shape()).isEqualTo(new ModelShape("mixtral", layers(0, 32), 8, 2, 1, 1));
    assertThat(config.requireMoe())
        .isEqualTo(
            new MoeSpec(config.shape(), RouterSpec.softmaxNormalized(), 4096, 14336, 0, false));
  }

  @Test
  void readsOlmoe() throws Exception {
    HuggingFaceConfig config =
        read(
            """
            {"architectures": ["OlmoeForCausalLM"], "clip_qkv": null, "hidden_act": "silu",
             "hidden_size": 2048, "intermediate_size": 1024, "model_type": "olmoe",
             "norm_topk_prob": false, "num_experts": 64, "num_experts_per_tok": 8,
             "num_hidden_layers": 16}
            """);
    assertThat(config.shape()).isEqualTo(new ModelShape("olmoe", layers(0, 16), 64, 8, 1, 1));
    assertThat(config.requireMoe().intermediateSize()).isEqualTo(1024);
    assertThat(config.requireMoe().router().normalize()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"32, 24", "128, 36"})
  void plansForGptOss20bAnd120bButRefusesToRunThem(int experts, int layers) throws Exception {
    HuggingFaceConfig config =
        read(
            """
            {"architectures": ["GptOssForCausalLM"], "attention_bias": true,
             "experts_per_token": 4, "hidden_act": "silu", "hidden_size": 2880,
             "intermediate_size": 2880, "model_type": "gpt_oss", "num_experts_per_tok": 4,
             "num_hidden_layers": %d, "num_local_experts": %d, "swiglu_limit": 7.0}
            """
                .formatted(layers, experts));
    assertThat(config.shape())
        .isEqualTo(new ModelShape("gpt_oss", layers(0, layers), experts, 4, 1, 1));
    assertThat(config.moe()).isEmpty();
    assertThatExceptionOfType(InvalidModelException.class)
        .isThrownBy(config::requireMoe)
        .withMessage(
            "config.json: MoE layers of type 'gpt_oss' cannot be run; expected SiLU-gated experts"
                + " without biases, and a router that Stagger knows."
                + " Placements can be planned for it all the same");
  }

  @Test
  void readsTheTinyModel() throws Exception {
    Path file = Path.of(System.getProperty("io.stagger.root", "..")).resolve("../shared/tiny-moe");
    Assumptions.assumeTrue(Files.isDirectory(file), "no shared/tiny-moe beside the repository");
    HuggingFaceConfig config = read(Files.readString(file.resolve("config.json")));
    assertThat(config.shape()).isEqualTo(new ModelShape("tiny_moe", layers(0, 4), 64, 6, 8, 3));
    assertThat(config.requireMoe())
        .isEqualTo(
            new MoeSpec(
                config.shape(),
                new RouterSpec(Scoring.SOFTMAX, GroupScore.MAX, false, true, 1.0),
                128,
                64,
                128,
                false));
  }

  @Test
  void readsTheLanguageModelOfAMultimodalConfiguration() throws Exception {
    HuggingFaceConfig config =
        read("{\"model_type\": \"pictures\", \"text_config\": " + MIXTRAL + "}");
    assertThat(config).isEqualTo(read(MIXTRAL));
  }

  @Test
  void prefersItsOwnKeysToThoseOfATextConfiguration() throws Exception {
    String outer = MIXTRAL.strip().replaceFirst("\\}$", ", \"text_config\": {}}");
    assertThat(read(outer)).isEqualTo(read(MIXTRAL));
  }

  @Test
  void leavesDenseLayersOut() throws Exception {
    assertThat(moeLayers("\"decoder_sparse_step\": 2, \"mlp_only_layers\": [3, 5]"))
        .containsExactly(1, 7);
    assertThat(moeLayers("\"first_k_dense_replace\": 3, \"moe_layer_freq\": 2"))
        .containsExactly(4, 6);
    assertThat(moeLayers("\"first_k_dense_replace\": 9")).isEmpty();
    assertThat(moeLayers("\"decoder_sparse_step\": 3")).containsExactly(2, 5);
    assertThat(moeLayers("\"moe_layer_freq\": 0, \"decoder_sparse_step\": 0")).hasSize(8);
  }

  @Test
  void acceptsTheMostLayersAndTheWidestSharedExpert() throws Exception {
    String deep = MIXTRAL.replace("\"num_hidden_layers\": 32", "\"num_hidden_layers\": 4096");
    assertThat(read(deep).shape().layers()).isEqualTo(4096);
    String wide =
        MIXTRAL.replace(
            "\"intermediate_size\": 14336",
            "\"intermediate_size\": 1024, \"n_shared_experts\": 1024");
    assertThat(read(wide).requireMoe().sharedIntermediateSize()).isEqualTo(MoeSpec.MAX_WIDTH);
  }

  @Test
  void readsQwenMoeWithoutASharedExpertAsOneWithoutAGate() throws Exception {
    assertThat(read(MIXTRAL.replace("\"mixtral\"", "\"qwen2_moe\"")).requireMoe().sharedGate())
        .isFalse();
  }

  private static List<Integer> moeLayers(String keys) throws Exception {
    return read("""
    {"model_type": "olmoe", "hidden_size": 8, "intermediate_size": 8, "num_experts": 4,
     "num_experts_per_tok": 1, "num_hidden_layers": 8, %s}
    """
            .formatted(keys))
        .shape()
        .moeLayers();
  }

  @Test
  void plansForAnUnknownTypeButRefusesToGuessItsRouter() throws Exception {
    HuggingFaceConfig config = read(MIXTRAL.replace("\"mixtral\"", "\"somebody_elses\""));
    assertThat(config.shape().experts()).isEqualTo(8);
    assertThat(config.moe()).isEmpty();
  }

  @Test
  void runsAnUnknownTypeThatSaysHowItScores() throws Exception {
    HuggingFaceConfig config =
        read(
            MIXTRAL
                .replace("\"mixtral\"", "\"kimi_k2\"")
                .replace(
                    "\"router_aux_loss_coef\"",
                    "\"scoring_func\": \"sigmoid\", \"topk_method\": \"noaux_tc\", \"aux\""));
    assertThat(config.requireMoe().router())
        .isEqualTo(new RouterSpec(Scoring.SIGMOID, GroupScore.TOP2_SUM, true, false, 1.0));
  }

  @Test
  void refusesToRunAnotherActivation() throws Exception {
    assertThat(read(MIXTRAL.replace("\"silu\"", "\"gelu\"")).moe()).isEmpty();
  }

  @Test
  void namesTheTypeUnknownWhereThereIsNone() throws Exception {
    HuggingFaceConfig config = read(MIXTRAL.replace("\"model_type\"", "\"was_model_type\""));
    assertThat(config.modelType()).isEqualTo("unknown");
    assertThat(config.moe()).isEmpty();
  }

  @Test
  void readsWholeNumbersHoweverTheParserGivesThem() {
    Map<String, Object> json =
        Map.of("num_experts", 8L, "num_experts_per_tok", 2.0, "num_hidden_layers", (short) 3);
    assertThat(HuggingFaceConfig.of(json).shape())
        .isEqualTo(new ModelShape("unknown", layers(0, 3), 8, 2, 1, 1));
  }

  static HuggingFaceConfig read(String json) throws Exception {
    return HuggingFaceConfig.of(
        new JsonMapper().readValue(json, new TypeReference<Map<String, Object>>() {}));
  }

  private static List<Integer> layers(int from, int to) {
    return Arrays.stream(IntStream.range(from, to).toArray()).boxed().toList();
  }
}

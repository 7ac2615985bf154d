package io.stagger.weights.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stagger.api.error.CheckpointException;
import io.stagger.api.error.InvalidModelException;
import io.stagger.api.weights.TensorType;
import io.stagger.weights.CheckpointFixture;
import io.stagger.weights.Families;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints that contradict their configuration, and what else a layout has to say no to. */
class CheckpointLayoutTest {

  private static final String MLP = "model.layers.1.mlp.";

  @TempDir Path temp;
  private CheckpointFixture fixture;

  @BeforeEach
  void aCheckpoint() {
    fixture = Families.deepSeek(1);
  }

  private void layout(Consumer<CheckpointLayout> use) throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(fixture.write(temp.resolve("in")))) {
      use.accept(CheckpointLayout.of(checkpoint));
    }
  }

  private void assertRefused(String... words) {
    assertThatThrownBy(() -> layout(layout -> {}))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(words);
  }

  @Test
  void aMissingExpertIsNamed() {
    fixture.tensors().remove(MLP + "experts.4.up_proj.weight");
    assertRefused(MLP + "experts.4.up_proj.weight is missing", "6 experts");
  }

  @Test
  void aMissingMixtralExpertIsNamedAsMixtralDoes() {
    fixture = Families.mixtral(1);
    String name = "model.layers.1.block_sparse_moe.experts.2.w3.weight";
    fixture.tensors().remove(name);
    assertRefused(name + " is missing");
  }

  @Test
  void anExpertTooManyIsNamed() {
    fixture.random(MLP + "experts.6.up_proj.weight", TensorType.BF16, 12, 20);
    assertRefused(MLP + "experts.6.up_proj.weight", "6 experts by config.json");
  }

  @Test
  void anExpertOfAnotherShapeIsNamed() {
    fixture.random(MLP + "experts.3.down_proj.weight", TensorType.BF16, 12, 20);
    assertRefused(MLP + "experts.3.down_proj.weight", "shape [12, 20]", "[20, 12] by config.json");
  }

  @Test
  void anExpertOfAnotherTypeIsNamed() {
    fixture.random(MLP + "experts.3.down_proj.weight", TensorType.F32, 20, 12);
    assertRefused("layer 1, expert 3", "down is F32", "BF16");
  }

  @Test
  void aMissingRouterIsNamed() {
    fixture.tensors().remove(MLP + "gate.weight");
    assertRefused("tensor model.layers.1.mlp.gate.weight is missing");
  }

  @Test
  void aMissingCorrectionBiasIsNamed() {
    fixture.tensors().remove(MLP + "gate.e_score_correction_bias");
    assertRefused("tensor model.layers.1.mlp.gate.e_score_correction_bias is missing");
  }

  @Test
  void aCorrectionBiasThatTheConfigurationDoesNotKnowIsRefused() {
    fixture.with("topk_method", "group_limited_greedy").with("scoring_func", "softmax");
    assertRefused(MLP + "gate.e_score_correction_bias", "not in the model");
  }

  @Test
  void aSharedExpertThatTheConfigurationDoesNotKnowIsRefused() {
    fixture.with("n_shared_experts", 0);
    assertRefused("shared_experts", "not in the model");
  }

  @Test
  void aSharedExpertOfAnotherWidthIsRefused() {
    fixture.with("n_shared_experts", 3);
    assertRefused("shared_experts", "[24, 20]", "[36, 20]");
  }

  @Test
  void expertsInALayerThatTheConfigurationCallsDenseAreRefused() {
    fixture.with("first_k_dense_replace", 2);
    assertRefused(MLP, "layer 1 to be dense");
  }

  @Test
  void quantisedExpertsAreRefusedWithARemedy() {
    String name = MLP + "experts.0.gate_proj.weight";
    fixture
        .tensors()
        .put(name, new CheckpointFixture.Content("F8_E4M3", List.of(12L, 20L), new byte[240]));
    assertRefused(name, "F8_E4M3", "bfloat16 first");
  }

  @Test
  void scalesBesideExpertsAreRefused() {
    fixture.random(MLP + "experts.0.gate_proj.weight_scale_inv", TensorType.F32, 1, 1);
    assertRefused("weight_scale_inv", "not understood");
  }

  @Test
  void expertsInBothFormsAreRefused() {
    fixture = Families.fused(Families.qwen3(1), false);
    fixture.random("model.layers.0.mlp.experts.0.up_proj.weight", TensorType.BF16, 12, 20);
    assertRefused("experts.0.up_proj.weight", "beside fused experts");
  }

  @Test
  void halfOfAFusedPairIsRefused() {
    fixture = Families.fused(Families.qwen3(1), false);
    fixture.tensors().remove("model.layers.1.mlp.experts.down_proj");
    assertRefused("model.layers.1.mlp.experts.down_proj is missing");
  }

  @Test
  void aModelWithoutMoeLayersIsRefused() {
    fixture.with("first_k_dense_replace", 3);
    fixture.tensors().keySet().removeIf(name -> name.contains("layers"));
    assertRefused("no MoE layer");
  }

  @Test
  void aModelThatNoRuntimeCanRunIsRefused() {
    fixture.with("model_type", "gpt_oss");
    assertThatThrownBy(() -> layout(layout -> {})).isInstanceOf(InvalidModelException.class);
  }

  @Test
  void indicesAndEmptyTensorsAreLeftOutWithANote() throws IOException {
    fixture
        .tensors()
        .put("model.position_ids", new CheckpointFixture.Content("I64", List.of(1L), new byte[8]));
    fixture
        .tensors()
        .put("model.nothing", new CheckpointFixture.Content("F32", List.of(0L, 4L), new byte[0]));
    layout(layout ->
        assertThat(layout.notes())
            .contains(
                "model.nothing (F32[0, 4]) left out", "model.position_ids (I64[1]) left out"));
  }

  @Test
  void aScalarBecomesATensorOfOneElement() throws IOException {
    fixture
        .tensors()
        .put("model.scale", new CheckpointFixture.Content("F32", List.of(), new byte[4]));
    layout(layout ->
        assertThat(layout.dense())
            .filteredOn(tensor -> tensor.name().equals("model.scale"))
            .singleElement()
            .extracting(TensorSource::shape)
            .isEqualTo(List.of(1L)));
  }

  @Test
  void denseTensorsKeepTheirNames() throws IOException {
    layout(layout ->
        assertThat(layout.dense())
            .extracting(TensorSource::name)
            .containsExactly(
                "model.embed_tokens.weight",
                "model.layers.0.mlp.gate_proj.weight",
                "model.norm.weight"));
  }
}

package io.stagger.weights;

import static io.stagger.weights.Families.EXPERTS;
import static io.stagger.weights.Families.HIDDEN;
import static io.stagger.weights.Families.INNER;
import static io.stagger.weights.Families.LAYERS;
import static io.stagger.weights.Families.SHARED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.error.CheckpointException;
import io.stagger.api.weights.ExpertWeights;
import io.stagger.api.weights.LayerWeights;
import io.stagger.api.weights.RankWeights;
import io.stagger.api.weights.Tensor;
import io.stagger.api.weights.TensorType;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every family's names lead to the right expert, byte for byte. */
class FamiliesTest {

  private static final String[] PROJECTIONS = {"mlp", "gate_proj", "up_proj", "down_proj"};

  @TempDir Path temp;

  @Test
  void deepSeekNamesLeadToTheRightExperts() throws IOException {
    CheckpointFixture checkpoint = Families.deepSeek(1);
    try (WeightStore store = convert(checkpoint)) {
      assertExperts(store, checkpoint, 1, PROJECTIONS);
    }
  }

  @Test
  void deepSeekRouterBiasAndSharedExpertsBelongToTheLayer() throws IOException {
    CheckpointFixture checkpoint = Families.deepSeek(2);
    try (WeightStore store = convert(checkpoint)) {
      LayerWeights layer = store.loader().layer(1);
      String mlp = "model.layers.2.mlp";
      assertSame(layer.router(), checkpoint, mlp + ".gate.weight");
      assertSame(
          layer.correctionBias().orElseThrow(), checkpoint, mlp + ".gate.e_score_correction_bias");
      ExpertWeights shared = layer.shared().orElseThrow();
      assertThat(shared.intermediateSize()).isEqualTo(SHARED);
      assertSame(shared.down(), checkpoint, mlp + ".shared_experts.down_proj.weight");
      assertThat(layer.sharedGate()).isEmpty();
    }
  }

  @Test
  void layersBeyondTheConfiguredOnesAreLeftOutWithANote() throws IOException {
    try (WeightStore store = convert(Families.deepSeek(3))) {
      assertThat(store.manifest().notes())
          .singleElement()
          .asString()
          .contains("layer 3 (24 tensors", "num_hidden_layers is 3");
      assertThat(store.tensorNames()).noneMatch(name -> name.contains("eh_proj"));
    }
  }

  @Test
  void theDenseLayerOfAnMoeModelStaysDense() throws IOException {
    CheckpointFixture checkpoint = Families.deepSeek(4);
    try (WeightStore store = convert(checkpoint)) {
      assertThat(store.spec().shape().moeLayers()).containsExactly(1, 2);
      String name = "model.layers.0.mlp.gate_proj.weight";
      assertSame(store.tensor(name), checkpoint, name);
    }
  }

  @Test
  void qwen2NamesLeadToTheRightExpertsAndTheSharedGate() throws IOException {
    CheckpointFixture checkpoint = Families.qwen2(5);
    try (WeightStore store = convert(checkpoint)) {
      assertThat(store.loader().type()).isEqualTo(TensorType.F16);
      assertExperts(store, checkpoint, 0, PROJECTIONS);
      LayerWeights layer = store.loader().layer(0);
      assertSame(
          layer.sharedGate().orElseThrow(),
          checkpoint,
          "model.layers.0.mlp.shared_expert_gate.weight");
      assertSame(
          layer.shared().orElseThrow().up(),
          checkpoint,
          "model.layers.0.mlp.shared_expert.up_proj.weight");
    }
  }

  @Test
  void qwen3NamesLeadToTheRightExperts() throws IOException {
    CheckpointFixture checkpoint = Families.qwen3(6);
    try (WeightStore store = convert(checkpoint)) {
      assertExperts(store, checkpoint, 0, PROJECTIONS);
      assertThat(store.loader().layer(0).shared()).isEmpty();
    }
  }

  @Test
  void olmoeNamesLeadToTheRightExperts() throws IOException {
    CheckpointFixture checkpoint = Families.olmoe(7);
    try (WeightStore store = convert(checkpoint)) {
      assertThat(store.loader().type()).isEqualTo(TensorType.F32);
      assertExperts(store, checkpoint, 0, PROJECTIONS);
    }
  }

  @Test
  void mixtralNamesLeadToTheRightExperts() throws IOException {
    CheckpointFixture checkpoint = Families.mixtral(8);
    try (WeightStore store = convert(checkpoint)) {
      assertExperts(store, checkpoint, 0, "block_sparse_moe", "w1", "w3", "w2");
    }
  }

  @Test
  void mixtralWithNewerNamesLeadsToTheRightExperts() throws IOException {
    CheckpointFixture checkpoint =
        Families.qwen3(8)
            .with("model_type", "mixtral")
            .with("num_local_experts", EXPERTS)
            .with("intermediate_size", INNER);
    try (WeightStore store = convert(checkpoint)) {
      assertThat(store.model().modelType()).isEqualTo("mixtral");
      assertExperts(store, checkpoint, 0, PROJECTIONS);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.language_model.", "language_model.model."})
  void aMultimodalModelsPrefixIsKnown(String prefix) throws IOException {
    CheckpointFixture plain = Families.qwen3(13);
    CheckpointFixture prefixed = new CheckpointFixture(0);
    plain.config().forEach(prefixed::with);
    plain
        .tensors()
        .forEach(
            (name, content) -> prefixed.tensors().put(name.replace("model.", prefix), content));
    try (WeightStore store = convert(prefixed)) {
      assertExperts(store, plain, 0, PROJECTIONS);
      assertThat(store.tensorNames()).contains(prefix + "norm.weight");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void fusedExpertsAreTakenApart(boolean transposed) throws IOException {
    CheckpointFixture separate = Families.qwen3(9);
    try (WeightStore store = convert(Families.fused(separate, transposed))) {
      assertExperts(store, separate, 0, PROJECTIONS);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void fusedSinglePrecisionExpertsAreTakenApart(boolean transposed) throws IOException {
    CheckpointFixture separate = Families.olmoe(10);
    try (WeightStore store = convert(Families.fused(separate, transposed))) {
      assertExperts(store, separate, 0, PROJECTIONS);
    }
  }

  @Test
  void fusedExpertsOfNeitherFormAreRefused() throws IOException {
    CheckpointFixture fused = Families.fused(Families.qwen3(11), false);
    String name = "model.layers.0.mlp.experts.down_proj";
    CheckpointFixture.Content down = fused.tensors().get(name);
    fused
        .tensors()
        .put(
            name,
            new CheckpointFixture.Content(
                down.dtype(), List.of((long) EXPERTS, (long) INNER, (long) HIDDEN), down.bytes()));
    assertThatThrownBy(() -> convert(fused))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("model.layers.0.mlp.experts.gate_up_proj")
        .hasMessageContaining("[6, 24, 20] and [6, 20, 12], or [6, 20, 24] and [6, 12, 20]");
  }

  @Test
  void shardsGiveTheSameStoreAsOneFile() throws IOException {
    CheckpointFixture checkpoint = Families.deepSeek(12);
    Path sharded = checkpoint.writeSharded(temp.resolve("sharded"), 3);
    Manifest fromShards =
        CheckpointConverter.convert(sharded, temp.resolve("a"), ProgressListener.NONE);
    Manifest fromOne =
        CheckpointConverter.convert(
            checkpoint.write(temp.resolve("one")), temp.resolve("b"), ProgressListener.NONE);
    assertThat(fromShards.files()).isEqualTo(fromOne.files());
  }

  private WeightStore convert(CheckpointFixture checkpoint) throws IOException {
    Path out = temp.resolve("store");
    CheckpointConverter.convert(checkpoint.write(temp.resolve("in")), out, ProgressListener.NONE);
    return WeightStore.open(out);
  }

  private static void assertExperts(
      WeightStore store, CheckpointFixture checkpoint, int firstLayer, String... names) {
    int[][] identity = new int[LAYERS][];
    Arrays.setAll(identity, layer -> IntStream.range(0, EXPERTS).toArray());
    Placement placement = Placement.of(SlotLayout.of(EXPERTS), EXPERTS, identity);
    try (RankWeights weights = store.loader().load(placement, 0)) {
      for (int layer = 0; layer < LAYERS; layer++) {
        for (int expert = 0; expert < EXPERTS; expert++) {
          String prefix =
              "model.layers.%d.%s.experts.%d.".formatted(layer + firstLayer, names[0], expert);
          ExpertWeights held = weights.slot(layer, expert);
          assertSame(held.gate(), checkpoint, prefix + names[1] + ".weight");
          assertSame(held.up(), checkpoint, prefix + names[2] + ".weight");
          assertSame(held.down(), checkpoint, prefix + names[3] + ".weight");
        }
      }
    }
  }

  private static void assertSame(Tensor tensor, CheckpointFixture checkpoint, String name) {
    CheckpointFixture.Content content = checkpoint.tensors().get(name);
    assertThat(tensor.shape()).as(name).isEqualTo(content.shape());
    assertThat(tensor.type().name()).as(name).isEqualTo(content.dtype());
    assertThat(tensor.data().toArray(ValueLayout.JAVA_BYTE)).as(name).isEqualTo(content.bytes());
  }
}

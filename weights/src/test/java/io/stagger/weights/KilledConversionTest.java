package io.stagger.weights;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.weights.TensorType;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KilledConversionTest {

  @TempDir Path temp;

  @Test
  void aConversionThatIsKilledAgainAndAgainEndsWithTheSameStore() throws Exception {
    Path in = Families.deepSeek(1).write(temp.resolve("in"));
    Manifest whole = CheckpointConverter.convert(in, temp.resolve("whole"), ProgressListener.NONE);
    Path out = temp.resolve("out");
    for (long killAt : new long[] {1, 9_000, 17_000, 25_000}) {
      assertThat(ConversionInAnotherJvm.run(in, out, killAt))
          .isEqualTo(ConversionInAnotherJvm.KILLED);
    }
    assertThat(Files.exists(out.resolve("layers/layer-00001.arrow"))).isTrue();
    assertThat(CheckpointConverter.convert(in, out, ProgressListener.NONE)).isEqualTo(whole);
    try (WeightStore store = WeightStore.open(out)) {
      store.verify(ProgressListener.NONE);
    }
  }

  /** 40 MB of weights through a heap of 16 MB, in the form that costs most: transposed. */
  @Test
  void memoryDoesNotGrowWithTheModel() throws Exception {
    int experts = 16;
    int hidden = 512;
    int inner = 832;
    CheckpointFixture fixture =
        new CheckpointFixture(1)
            .with("model_type", "qwen3_moe")
            .with("hidden_size", hidden)
            .with("moe_intermediate_size", inner)
            .with("num_hidden_layers", 1)
            .with("num_experts", experts)
            .with("num_experts_per_tok", 2)
            .random("model.layers.0.mlp.gate.weight", TensorType.BF16, experts, hidden)
            .random(
                "model.layers.0.mlp.experts.gate_up_proj",
                TensorType.BF16,
                experts,
                hidden,
                2 * inner)
            .random(
                "model.layers.0.mlp.experts.down_proj", TensorType.BF16, experts, inner, hidden);
    Path out = temp.resolve("out");
    int exit =
        ConversionInAnotherJvm.run(
            fixture.write(temp.resolve("in")),
            out,
            Long.MAX_VALUE,
            "-Xmx16m",
            "-XX:MaxDirectMemorySize=8m");
    assertThat(exit).isZero();
    try (WeightStore store = WeightStore.open(out)) {
      assertThat(store.manifest().bytes()).isGreaterThan(40_000_000);
    }
  }
}

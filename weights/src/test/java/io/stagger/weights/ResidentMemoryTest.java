package io.stagger.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.weights.RankWeights;
import io.stagger.api.weights.TensorType;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Opening maps and does not copy: what Linux counts as resident of the weights' mappings, in {@code
 * /proc/self/smaps}, is what was asked for, and the heap holds none of it.
 */
class ResidentMemoryTest {

  private static final int EXPERTS = 16;
  private static final int HIDDEN = 512;
  private static final int INNER = 1_024;
  private static final long EXPERT_BYTES = 3L * HIDDEN * INNER * Short.BYTES;

  /** The kernel maps up to sixteen cached pages around each one that is touched. */
  private static final long FAULT_AROUND = 2 * 64 * 1024;

  @TempDir Path temp;
  private Path out;

  @BeforeEach
  void aStoreOf48Megabytes() throws IOException {
    assumeTrue(Files.isReadable(Path.of("/proc/self/smaps")), "needs Linux's /proc/self/smaps");
    CheckpointFixture fixture =
        new CheckpointFixture(1)
            .with("model_type", "qwen3_moe")
            .with("hidden_size", HIDDEN)
            .with("moe_intermediate_size", INNER)
            .with("num_hidden_layers", 1)
            .with("num_experts", EXPERTS)
            .with("num_experts_per_tok", 2)
            .random("model.layers.0.mlp.gate.weight", TensorType.BF16, EXPERTS, HIDDEN);
    for (int expert = 0; expert < EXPERTS; expert++) {
      String prefix = "model.layers.0.mlp.experts." + expert + ".";
      fixture
          .random(prefix + "gate_proj.weight", TensorType.BF16, INNER, HIDDEN)
          .random(prefix + "up_proj.weight", TensorType.BF16, INNER, HIDDEN)
          .random(prefix + "down_proj.weight", TensorType.BF16, HIDDEN, INNER);
    }
    out = temp.resolve("out");
    CheckpointConverter.convert(fixture.write(temp.resolve("in")), out, ProgressListener.NONE);
  }

  /** Bytes of the layer's file that are in this process's memory. */
  private long resident() throws IOException {
    String file = out.toRealPath().resolve("layers/layer-00000.arrow").toString();
    List<String> lines = Files.readAllLines(Path.of("/proc/self/smaps"));
    long bytes = 0;
    boolean inside = false;
    for (String line : lines) {
      if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
        inside = line.endsWith(file);
      } else if (inside && line.startsWith("Rss:")) {
        bytes += Long.parseLong(line.replaceAll("\\D", "")) * 1_024;
      }
    }
    return bytes;
  }

  private static long heap() {
    // The smallest of several readings: other threads' garbage can only make one larger.
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      System.gc();
      least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return least;
  }

  private Placement placement(WeightStore store) {
    int[] row = new int[EXPERTS + 1];
    Arrays.setAll(row, slot -> Math.max(0, slot - 1));
    return PlacementFixture.same(store.spec(), SlotLayout.of(2, EXPERTS - 1), row);
  }

  @Test
  void openingBringsNoWeightsIntoMemory() throws IOException {
    try (WeightStore store = WeightStore.open(out)) {
      assertThat(store.manifest().bytes()).isGreaterThan(EXPERTS * EXPERT_BYTES);
      assertThat(resident()).isLessThanOrEqualTo(2 * FAULT_AROUND);
    }
  }

  @Test
  void loadingBringsTheRanksExpertsIntoMemoryAndNoOthers() throws IOException {
    try (WeightStore store = WeightStore.open(out)) {
      RankWeights weights = store.loader().load(placement(store), 0);
      assertThat(weights.bytesRead()).isEqualTo(EXPERT_BYTES);
      assertThat(resident()).isBetween(EXPERT_BYTES, EXPERT_BYTES + 4 * FAULT_AROUND);
    }
  }

  @Test
  void twoReplicasAreInMemoryOnce() throws IOException {
    try (WeightStore store = WeightStore.open(out)) {
      Placement placement = placement(store);
      RankWeights weights = store.loader().load(placement, 0);
      assertThat(weights.slot(0, 0).up().data().address())
          .isEqualTo(weights.slot(0, 1).up().data().address());
      assertThat(weights.prove(placement).slots()).isEqualTo(2);
      assertThat(resident()).isLessThanOrEqualTo(EXPERT_BYTES + 4 * FAULT_AROUND);
    }
  }

  @Test
  void noWeightsAreOnTheHeap() throws IOException {
    try (WeightStore store = WeightStore.open(out)) {
      long before = heap();
      Placement placement = placement(store);
      RankWeights weights = store.loader().load(placement, 1);
      weights.prove(placement);
      assertThat(weights.bytesRead()).isEqualTo((EXPERTS - 1) * EXPERT_BYTES);
      assertThat(heap() - before).isLessThan(EXPERT_BYTES);
    }
  }
}

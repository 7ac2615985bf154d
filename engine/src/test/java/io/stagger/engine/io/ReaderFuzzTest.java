package io.stagger.engine.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import io.stagger.api.error.StaggerException;
import io.stagger.engine.config.StaggerConfig;
import io.stagger.testkit.Damage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files of every kind: each is read or refused with an error of ours. */
@Tag("fuzz")
class ReaderFuzzTest {

  private static final int INPUTS = Integer.getInteger("io.stagger.fuzz.inputs", 2_000);

  private static final ModelShape MODEL = ModelShape.of(2, 3, 1, 1, 1);
  @TempDir Path directory;

  @Test
  void loadsAsJson() {
    fuzz(
        "load.json",
        "{\"logical_count\": [[[1,2,3],[4,5,6]],[[1,2,3],[4,5,6.5]]], \"rank\": 0}"
            .getBytes(StandardCharsets.UTF_8),
        file -> LoadFile.read(file, MODEL));
  }

  @Test
  void loadsAsArrays() {
    fuzz(
        "load.npy",
        NpyBytes.of("<i4", false, "2, 3", 1, 2, 3, 4, 5, 6),
        file -> LoadFile.read(file, MODEL));
  }

  @Test
  void placements() {
    String text =
        "{\"physical_to_logical_map\": [[0,1,2,0],[2,1,-1,0]], \"strategy\": \"x\", \"experts\": 3,"
            + " \"ranks\": 2, \"slots_per_rank\": [2,2], \"moe_layers\": [0,1]}";
    fuzz(
        "placement.json",
        text.getBytes(StandardCharsets.UTF_8),
        file -> {
          PlacementFile.read(file, MODEL, Cluster.of(1, 2, 4));
          PlacementFile.open(file).placement();
        });
  }

  @Test
  void models() {
    String text =
        "{\"model_type\": \"deepseek_v3\", \"num_hidden_layers\": 4, \"n_routed_experts\": 8,"
            + " \"num_experts_per_tok\": 2, \"n_group\": 4, \"topk_group\": 2, \"hidden_size\": 8,"
            + " \"first_k_dense_replace\": 1, \"moe_intermediate_size\": 4, \"n_shared_experts\":"
            + " 1, \"topk_method\": \"noaux_tc\", \"mlp_only_layers\": [2]}";
    fuzz("config.json", text.getBytes(StandardCharsets.UTF_8), ModelFile::read);
  }

  @Test
  void configurationAsYaml() {
    fuzz(
        "stagger.yaml",
        "placement:\n  strategy: zigzag\n  strict: true\ncluster: {ranks: 8}\n"
            .getBytes(StandardCharsets.UTF_8),
        file -> StaggerConfig.builder().file(file).build());
  }

  @Test
  void configurationAsProperties() {
    fuzz(
        "stagger.properties",
        "placement.strategy = zigzag\nplacement.strict: true\ncluster.ranks 8\n"
            .getBytes(StandardCharsets.UTF_8),
        file -> StaggerConfig.builder().file(file).build());
  }

  private void fuzz(String name, byte[] good, Consumer<Path> reader) {
    reader.accept(write(name, good));
    int read = 0;
    for (long seed = 0; seed < INPUTS; seed++) {
      byte[] bad = Damage.to(good, seed);
      try {
        reader.accept(write(name, bad));
        read++;
      } catch (StaggerException e) {
        assertThat(e.diagnosis().problem()).as("seed %d", seed).isNotBlank();
      } catch (RuntimeException | Error e) {
        throw new AssertionError(
            "seed " + seed + ": " + new String(bad, StandardCharsets.ISO_8859_1), e);
      }
    }
    assertThat(read).as("inputs that could still be read").isBetween(1, INPUTS - 1);
  }

  private Path write(String name, byte[] bytes) {
    try {
      // A new file: to write over an old one, some file systems wait for the disk.
      Files.deleteIfExists(directory.resolve(name));
      return Files.write(directory.resolve(name), bytes);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}

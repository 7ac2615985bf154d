package io.stagger.engine.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import io.stagger.api.error.StaggerException;
import io.stagger.engine.config.StaggerConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files of every kind: each is read or refused with an error of ours. */
class ReaderFuzzTest {

  private static final int INPUTS = 2_000;

  private static final ModelShape MODEL = ModelShape.of(2, 3, 1, 1, 1);
  private static final List<String> PIECES =
      List.of(
          "[",
          "]",
          "{",
          "}",
          ",",
          ":",
          "\"",
          "-",
          "1e999",
          "NaN",
          "null",
          "9999999999",
          "'",
          "\\",
          "\n",
          "\0",
          "&a ",
          "*a",
          "!!",
          "|",
          "#",
          "=",
          "${env:PATH}",
          "\u00e9",
          "0x1F");

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
      byte[] bad = damaged(good, new SplittableRandom(seed));
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
      return Files.write(directory.resolve(name), bytes);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static byte[] damaged(byte[] good, SplittableRandom random) {
    byte[] bytes = good;
    for (int i = random.nextInt(4); i >= 0; i--) {
      int at = random.nextInt(bytes.length + 1);
      bytes =
          switch (random.nextInt(4)) {
            case 0 -> splice(bytes, at, at, new byte[] {(byte) random.nextInt(256)});
            case 1 ->
                splice(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(8)), new byte[0]);
            case 2 -> splice(bytes, at, Math.min(bytes.length, at + 1), piece(random));
            default -> splice(bytes, at, at, piece(random));
          };
    }
    return bytes;
  }

  private static byte[] piece(SplittableRandom random) {
    return PIECES.get(random.nextInt(PIECES.size())).getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] splice(byte[] bytes, int from, int to, byte[] middle) {
    byte[] result = new byte[from + middle.length + bytes.length - to];
    System.arraycopy(bytes, 0, result, 0, from);
    System.arraycopy(middle, 0, result, from, middle.length);
    System.arraycopy(bytes, to, result, from + middle.length, bytes.length - to);
    return result;
  }
}

package io.stagger.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code import}, {@code export} and {@code formats}. */
class InterchangeCommandsTest {

  @TempDir private Path folder;

  @Test
  void aPlanGoesToAnotherSystemAndComesBackAsTheSamePlacement() {
    Path plan = plan("--nodes", 2);
    Path map = folder.resolve("expert_map.json");
    Path back = folder.resolve("back.json");

    Run export = Run.of("export", "--format", "vllm-ascend", plan, "--out", map, "--json");
    Run imported =
        Run.of("import", "--format", "vllm-ascend", map, "--nodes", 2, "--out", back, "--json");

    assertThat(export.exitCode()).as(export.err()).isEqualTo(ExitCode.OK);
    assertThat(imported.exitCode()).as(imported.err()).isEqualTo(ExitCode.OK);
    assertThat(imported.json().path("placementFingerprint"))
        .isEqualTo(export.json().path("placementFingerprint"));
    assertThat(Run.of("check", back).exitCode()).isEqualTo(ExitCode.OK);
  }

  @Test
  void whatIsLostIsSaid() {
    Run run =
        Run.of("export", "--format", "sglang", plan(), "--out", folder.resolve("sglang.json"));

    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
    assertThat(run.out()).contains("note         the file does not say that it is for 4 ranks");
  }

  @Test
  void whatCannotBeCarriedIsRefusedAndNothingIsWritten() {
    Path out = folder.resolve("out.json");
    Run run = Run.of("export", "--format", "lmdeploy", plan(), "--out", out);

    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("format 'lmdeploy': carries no placement; expected a load");
    assertThat(out).doesNotExist();
  }

  @Test
  void aLoadGoesThroughToo() throws IOException {
    Path load = Files.writeString(folder.resolve("load.json"), "[[1, 2, 3, 4], [5, 6, 7, 8]]");
    Path statistics = folder.resolve("statistics.json");
    Path back = folder.resolve("back.json");

    Run export =
        Run.of(
            "export",
            "--format",
            "lmdeploy",
            "--load",
            load,
            "--layers",
            2,
            "--experts",
            4,
            "--out",
            statistics);
    Run imported = Run.of("import", "--format", "lmdeploy", statistics, "--out", back, "--json");

    assertThat(export.exitCode()).as(export.err()).isEqualTo(ExitCode.OK);
    assertThat(Files.readString(statistics)).isEqualToIgnoringWhitespace("[[1,2,3,4],[5,6,7,8]]");
    assertThat(imported.json().path("content").asText()).isEqualTo("load");
    assertThat(back).hasContent("{\"logical_count\":[[1.0,2.0,3.0,4.0],[5.0,6.0,7.0,8.0]]}");
  }

  @Test
  void aPlacementOrALoadMustBeNamed() {
    Run run = Run.of("export", "--format", "sglang", "--out", folder.resolve("out"));

    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("either PLACEMENT or --load FILE");
  }

  @Test
  void ranksThatNothingSaysAreAskedFor() throws IOException {
    Path map =
        Files.writeString(
            folder.resolve("map.json"), "{\"physical_to_logical_map\": [[0, 1, 2, 3]]}");

    Run export = Run.of("export", "--format", "vllm", map, "--out", folder.resolve("out"));
    Run imported = Run.of("import", "--format", "sglang", map, "--out", folder.resolve("out"));

    assertThat(export.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(export.err()).contains("map.json does not say how many ranks", "--ranks");
    assertThat(imported.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(imported.err()).contains("map.json: does not say how many ranks");
  }

  @Test
  void formatsSayWhatTheyCarry() {
    Run run = Run.of("formats", "--json");

    assertThat(run.json().path("formats").findValuesAsText("name"))
        .containsExactly(
            "lmdeploy", "msit", "omniplacement", "sglang", "tensorrt-llm", "vllm", "vllm-ascend");
    JsonNode sglang = run.json().at("/formats/3");
    assertThat(sglang.path("features").toString())
        .isEqualTo(
            "[\"PLACEMENT\",\"LOAD\",\"SLOT_ORDER\",\"REPEATED_EXPERTS\",\"LAYER_NUMBERS\"]");
    assertThat(run.json().at("/formats/2/options/0/key").asText()).isEqualTo("dtype");
    assertThat(Run.of("formats").out()).contains("does not carry a load, the order of a rank's");
  }

  /** A plan of two layers of eight experts on four ranks. */
  private Path plan(Object... more) {
    Path out = folder.resolve("plan.json");
    Object[] common = {"plan", "--layers", 2, "--experts", 8, "--ranks", 4, "--out", out};
    Object[] args = new Object[common.length + more.length];
    System.arraycopy(common, 0, args, 0, common.length);
    System.arraycopy(more, 0, args, common.length, more.length);
    Run run = Run.of(args);
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
    return out;
  }
}

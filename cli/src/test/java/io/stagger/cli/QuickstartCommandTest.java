package io.stagger.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickstartCommandTest {

  @TempDir private static Path model;
  @TempDir private static Path out;
  @TempDir private Path empty;

  private static Run first;

  @BeforeAll
  static void runOnce() {
    TinyModel.withShortTexts(model);
    first = Run.of("quickstart", "--model", model, "--out", out, "--json");
    assertThat(first.exitCode()).as(first.err()).isZero();
  }

  @Test
  void triesEveryStrategy() {
    assertThat(first.json().get("runs").valueStream().map(run -> run.get("placement").asText()))
        .containsExactly("linear", "zigzag", "eplb", "eplb, 8 redundant");
  }

  @Test
  void givesTheSameOutputInEveryRun() {
    String digest = first.json().get("digest").asText();

    assertThat(digest).matches("[0-9a-f]{64}");
    assertThat(first.json().get("runs").valueStream().map(run -> run.get("digest").asText()))
        .containsOnly(digest);
    assertThat(first.json().get("runs").valueStream().map(run -> run.get("bitsPerByte")))
        .containsOnly(first.json().get("runs").get(0).get("bitsPerByte"));
  }

  @Test
  void givesEveryRunItsOwnPlacementAndProvesIt() {
    List<JsonNode> runs = first.json().get("runs").valueStream().toList();

    assertThat(runs).extracting(run -> run.get("placementFingerprint")).doesNotHaveDuplicates();
    assertThat(runs)
        .extracting(run -> run.get("provedSlots").asLong())
        .containsExactly(4 * 64L, 4 * 64L, 4 * 64L, 4 * 72L);
  }

  @Test
  void countsAllWorkInEveryRun() {
    long tokens = first.json().get("tokens").asLong();

    for (JsonNode run : first.json().get("runs")) {
      for (JsonNode layer : run.get("rankTokens")) {
        assertThat(layer.valueStream().mapToLong(JsonNode::asLong).sum()).isEqualTo(6 * tokens);
      }
    }
  }

  @Test
  void drawsEveryChartAsDrawingAndAsPicture() throws IOException {
    List<String> charts =
        List.of(
            "rank-load-linear",
            "rank-load-zigzag",
            "rank-load-eplb",
            "rank-load-eplb-8-redundant",
            "expert-load",
            "co-selection-0",
            "co-selection-1",
            "co-selection-2",
            "co-selection-3");
    assertThat(first.json().get("pictures").valueStream().map(p -> Path.of(p.asText())))
        .containsExactlyElementsOf(
            charts.stream()
                .flatMap(
                    chart -> Stream.of(out.resolve(chart + ".svg"), out.resolve(chart + ".png")))
                .toList());
    for (String chart : charts) {
      BufferedImage image = ImageIO.read(out.resolve(chart + ".png").toFile());
      assertThat(image.getWidth()).as(chart).isEqualTo(960);
      assertThat(out.resolve(chart + ".svg")).content().contains("prefers-color-scheme: dark");
    }
  }

  @Test
  void writesAPageThatNeedsNothingBesideIt() throws IOException {
    String page = Files.readString(Path.of(first.json().get("page").asText()));

    assertThat(page)
        .contains(first.json().get("digest").asText().substring(0, 12))
        .doesNotContain("${")
        .doesNotContainPattern("(src|href)=\"(?!data:)")
        .doesNotContain("http:")
        .doesNotContain("https:");
    assertThat(page.split("src=\"data:image/svg\\+xml;base64,", -1)).hasSize(1 + 9);
  }

  @Test
  void printsATableAndWhereThePageIs() {
    Run again = Run.of("quickstart", "--model", model, "--out", out);

    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(again.out())
        .containsPattern("placement +imbalance +balancedness +busiest rank +fan-out +bits per byte")
        .contains("Same output in all 4 runs")
        .contains(first.json().get("digest").asText().substring(0, 12))
        .contains(out.resolve("quickstart.html").toString());
  }

  @Test
  void leavesNothingWhereThereIsNoModel() throws IOException {
    Path target = empty.resolve("out");
    Files.createDirectories(empty.resolve("model/eval"));
    Files.writeString(empty.resolve("model/eval/a.txt"), "text");

    Run run = Run.of("quickstart", "--model", empty.resolve("model"), "--out", target);

    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("no model").contains("config.json");
    assertThat(target).doesNotExist();
  }

  @Test
  void saysThatThereAreNoTexts() throws IOException {
    Files.createDirectories(empty.resolve("eval"));

    Run run = Run.of("quickstart", "--model", empty, "--out", empty.resolve("out"));

    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("no texts");
  }

  @Test
  void refusesAFolderThatCannotBeWrittenToBeforeItStarts() throws IOException {
    Path file = Files.writeString(empty.resolve("file"), "");

    Run run = Run.of("quickstart", "--model", model, "--out", file.resolve("out"));

    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("is no folder that can be written to").doesNotContain("%");
  }
}

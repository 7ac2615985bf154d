package io.stagger.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunCommandTest {

  private static final String PROMPT = "HORTENSIO:\nI am afraid, sir,\n";

  @TempDir private static Path store;
  @TempDir private Path folder;

  @BeforeAll
  static void convert() {
    assertThat(Run.of("convert", TinyModel.checkpoint(), store).exitCode()).isZero();
  }

  @Test
  void printsTheTextAndWhereTheWorkWent() {
    Run run = run("--strategy", "zigzag", "--prompt", PROMPT, "--max-new-tokens", 8);

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .containsPattern("rank +tokens +share")
        .containsPattern("bits per byte +[0-9]")
        .containsPattern("digest +[0-9a-f]{64}")
        .containsPattern("strategy +zigzag");
  }

  @Test
  void givesOneJsonObject() {
    JsonNode json =
        run("--strategy", "auto", "--prompt", PROMPT, "--max-new-tokens", 8, "--json").json();

    assertThat(json.get("text").asText()).hasSize(8);
    assertThat(json.get("bitsPerByte").asDouble()).isBetween(0.5, 8.0);
    assertThat(json.get("digest").asText()).matches("[0-9a-f]{64}");
    assertThat(json.get("rankTokens")).hasSize(8);
    // Every input of score and continuation chooses 6 experts in each of 4 layers.
    long choices = json.get("rankTokens").valueStream().mapToLong(JsonNode::asLong).sum();
    int inputs = (PROMPT.length() - 1) + (PROMPT.length() + 8 - 1);
    assertThat(choices).isEqualTo(inputs * 6L * 4);
    assertThat(json.get("backend").asText()).isEqualTo("cpu");
    assertThat(json.get("strategy").get("requested").asText()).isEqualTo("auto");
    assertThat(json.get("strategy").get("effective").asText()).isEqualTo("zigzag");
    assertThat(json.get("placementFingerprint").asText()).matches("[0-9a-f]{64}");
    assertThat(json.get("reason").asText()).isNotEmpty();
    assertThat(json.get("imbalance").asDouble()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(strings = {"linear --ranks 8", "zigzag --ranks 3", "linear --ranks 4 --slots 72"})
  void givesTheSameOutputUnderEveryPlacement(String strategy) {
    JsonNode expected = run("--strategy", "zigzag", "--prompt", PROMPT, "--json").json();

    Object[] words = ("--strategy " + strategy + " --json --prompt").split(" ");
    JsonNode json = run(with(words, PROMPT)).json();

    assertThat(json.get("digest")).isEqualTo(expected.get("digest"));
    assertThat(json.get("text")).isEqualTo(expected.get("text"));
    assertThat(json.get("placementFingerprint")).isNotEqualTo(expected.get("placementFingerprint"));
  }

  @Test
  void scoresAFileAndSavesItsLoadToPlanWith() throws IOException {
    Path text = Files.writeString(folder.resolve("text"), "Do what you can. ".repeat(20));
    Path load = folder.resolve("load.json");

    Run measured = run("--strategy", "linear", "--text", text, "--save-load", load, "--json");
    Run planned = run("--strategy", "eplb", "--text", text, "--load", load, "--json");

    assertThat(measured.json().get("text").asText()).isEmpty();
    assertThat(planned.exitCode()).as(planned.err()).isZero();
    assertThat(planned.json().get("imbalance").asDouble())
        .isLessThan(measured.json().get("imbalance").asDouble());
    assertThat(planned.json().get("digest")).isEqualTo(measured.json().get("digest"));
  }

  @Test
  void recordsATraceWhoseLoadIsThatOfTheRun() {
    Path load = folder.resolve("run-load.json");
    Path trace = folder.resolve("run.arrow");
    Path traced = folder.resolve("trace-load.json");

    run("--strategy", "linear", "--prompt", PROMPT, "--save-load", load, "--trace", trace);
    Run.of("trace", "load", trace, "--out", traced);

    assertThat(traced).hasSameBinaryContentAs(load);
    JsonNode info = Run.of("trace", "info", trace, "--json").json();
    assertThat(info.get("decodeTokens").asInt()).isPositive();
    assertThat(info.get("model").get("name").asText()).isEqualTo("tiny_moe");
  }

  @Test
  void takesACheckpointAsItIs() {
    Run run =
        Run.of(
            "run",
            "--model",
            TinyModel.checkpoint(),
            "--strategy",
            "linear",
            "--prompt",
            PROMPT,
            "--max-new-tokens",
            1,
            "--json");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.json().get("newTokens").asInt()).isEqualTo(1);
  }

  @Test
  void hasNoBitsPerByteForATextOfOneByte() {
    Run run = run("--strategy", "linear", "--prompt", "A", "--json");

    assertThat(run.json().get("bitsPerByte").isNull()).isTrue();
  }

  @Test
  void saysHowToGetTheLoadThatAStrategyNeeds() {
    Run run = run("--strategy", "eplb", "--prompt", PROMPT);

    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .contains("no load was given")
        .contains("expected --load FILE")
        .contains("--strategy linear --save-load FILE");
  }

  @Test
  void refusesAnEmptyPrompt() {
    Run run = run("--strategy", "linear", "--prompt", "");

    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("an empty prompt");
  }

  @Test
  void refusesAFolderWithoutAModel() {
    Run run = Run.of("run", "--model", folder, "--strategy", "linear", "--prompt", "A");

    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains(folder + ": no model").contains("manifest.json");
  }

  @Test
  void wantsAPromptOrAFile() {
    assertThat(run("--strategy", "linear").exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run("--prompt", "A", "--text", "b").exitCode()).isEqualTo(ExitCode.USAGE);
  }

  private static Run run(Object... words) {
    Object[] command = {"run", "--model", store};
    return Run.of(
        java.util.stream.Stream.of(command, words).flatMap(java.util.Arrays::stream).toArray());
  }

  private static Object[] with(Object[] words, Object last) {
    Object[] more = java.util.Arrays.copyOf(words, words.length + 1, Object[].class);
    more[words.length] = last;
    return more;
  }
}

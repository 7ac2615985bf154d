package io.stagger.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a log to a trace, from a trace to loads, parts and a plan. */
class TraceCommandsTest {

  private static final String SIZES = "--layers=2 --experts=8 --top-k=2";

  @TempDir private static Path folder;

  @BeforeAll
  static void importALog() throws IOException {
    StringBuilder log = new StringBuilder();
    for (int token = 0; token < 100; token++) {
      log.append(
          "{\"seq\": %d, \"pos\": %d, \"experts\": [[%d, %d], [%d, %d]]}\n"
              .formatted(
                  token / 10, token % 10, token % 4, 4 + token % 3, token % 8, (token + 1) % 8));
    }
    Files.writeString(file("log.jsonl"), log);
    Run run =
        trace(
            "import --format mixtral " + SIZES + " --json --out",
            file("all.arrow"),
            file("log.jsonl"));
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.json().get("tokens").asInt()).isEqualTo(100);
    assertThat(run.json().get("notes").get(0).asText()).contains("taken as decode");
  }

  @Test
  void infoShowsWhatATraceHolds() {
    Run run = trace("info", file("all.arrow"));
    assertThat(run.out())
        .contains("2 MoE layers, 8 experts, top-2")
        .contains("100: 0 prefill, 100 decode")
        .contains("sequences 10")
        .contains("idle experts");
  }

  @Test
  void infoIsAlsoJson() {
    JsonNode json = trace("info --window 40 --decode-batch 10 --json", file("all.arrow")).json();
    assertThat(json.get("windows")).hasSize(3);
    assertThat(json.get("layers").get(0).get("activatedExperts").asDouble()).isEqualTo(7);
    assertThat(json.get("layers").get(0).get("idleExperts").asInt()).isEqualTo(1);
  }

  @Test
  void aPartIsCutOut() {
    Run run =
        trace(
            "cut --every 2 --remainder 1 --tokens 20: --json --out",
            file("odd.arrow"),
            file("all.arrow"));
    assertThat(run.json().get("tokens").asInt()).isEqualTo(40);
    assertThat(trace("info --json", file("odd.arrow")).json().get("sequences").asInt())
        .isEqualTo(4);
  }

  @Test
  void tracesAreJoined() {
    Run run =
        trace("merge --json --out", file("twice.arrow"), file("all.arrow"), file("all.arrow"));
    assertThat(run.json().get("tokens").asInt()).isEqualTo(200);
  }

  @Test
  void aLoadOfATraceIsPlannedWith() {
    Run load = trace("load --phase decode --out", file("load.json"), file("all.arrow"));
    assertThat(load.exitCode()).as(load.err()).isZero();
    Run planned = plan("--load", file("load.json"), "--layers", 2, "--experts", 8, "--top-k", 2);
    assertThat(plan("--trace", file("all.arrow")).json().get("fingerprint"))
        .isEqualTo(planned.json().get("fingerprint"));
  }

  @Test
  void windowsOfALoadAreWrittenOneByOne() throws IOException {
    Run run = trace("load --window 30 --json --out", file("windows.json"), file("all.arrow"));
    assertThat(run.json().get("windows").asInt()).isEqualTo(4);
    assertThat(Files.readString(file("windows.json"))).startsWith("{\"logical_count\":[[[");
  }

  @Test
  void aFormatThatIsNoneIsRefused() {
    Run run = trace("import --format tsv " + SIZES + " --out", file("x"), file("log.jsonl"));
    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("sglang, tensorrt-llm, vllm, mixtral, raw");
  }

  @Test
  void aRangeThatIsNoneIsAnErrorOfTheCommandLine() {
    Run run = trace("cut --tokens 5 --out", file("x"), file("all.arrow"));
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("'5' is not FROM:TO");
  }

  @Test
  void withoutACommandThereIsHelp() {
    Run run = Run.of("trace");
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("import").contains("merge");
  }

  private static Run plan(Object... words) {
    Object[] all = new Object[words.length + 8];
    Object[] first = {"plan", "--strategy", "eplb", "--ranks", 2, "--slots", 12, "--json"};
    System.arraycopy(first, 0, all, 0, 8);
    System.arraycopy(words, 0, all, 8, words.length);
    return Run.of(all);
  }

  private static Run trace(String words, Path... files) {
    String[] options = words.split(" ", -1);
    Object[] all = new Object[1 + options.length + files.length];
    all[0] = "trace";
    System.arraycopy(options, 0, all, 1, options.length);
    System.arraycopy(files, 0, all, 1 + options.length, files.length);
    return Run.of(all);
  }

  private static Path file(String name) {
    return folder.resolve(name);
  }
}

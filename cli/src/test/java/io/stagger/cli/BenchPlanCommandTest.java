package io.stagger.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BenchPlanCommandTest {

  private static final String BRIEF = "0.001";

  @TempDir private Path folder;

  private static Run bench(Object... more) {
    Object[] words = new Object[more.length + 4];
    words[0] = "bench";
    words[1] = "plan";
    words[2] = "--seconds";
    words[3] = BRIEF;
    System.arraycopy(more, 0, words, 4, more.length);
    return Run.of(words);
  }

  @Test
  void measuresEveryStrategyOnACase() {
    Run run = bench("--case", "mix");
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
    assertThat(run.out())
        .contains("mix: 32 MoE layers, 8 experts, 1 node, 8 ranks, 16 slots")
        .contains("auto (balanced)", "linear", "zigzag")
        .containsSubsequence("Not measured:", "mix: strategy 'file'", "'path' is not set");
  }

  @Test
  void measuresALoadOfTheUsersOwn() throws IOException {
    Path load = Files.writeString(folder.resolve("mine.json"), "[[30, 10, 10, 10], [1, 1, 1, 1]]");
    JsonNode json =
        bench(
                "--layers",
                2,
                "--experts",
                4,
                "--ranks",
                2,
                "--load",
                load,
                "--strategy",
                "linear,eplb",
                "--json")
            .json();
    JsonNode linear = json.at("/measurements/0");
    assertThat(linear.get("case").asText()).isEqualTo("mine");
    assertThat(linear.get("strategy").asText()).isEqualTo("linear");
    assertThat(linear.at("/imbalance/worst").asDouble()).isEqualTo(1.0 / 3);
    assertThat(linear.at("/cluster/slots").asInt()).isEqualTo(4);
    assertThat(linear.get("runs").asInt()).isPositive();
    assertThat(linear.get("cpuMillis").asDouble()).isPositive();
    assertThat(linear.get("allocatedBytes").asLong()).isPositive();
    assertThat(json.at("/measurements/1/strategy").asText()).isEqualTo("eplb");
    assertThat(json.get("measurements")).hasSize(2);
    assertThat(json.get("notMeasured")).isEmpty();
  }

  @Test
  void namesTheCasesThereAre() {
    Run run = bench("--case", "r2");
    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("'r2'", "fleet, mix, q3, r1, v2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "NaN", "1e9"})
  void refusesATimeThatIsNone(String seconds) {
    Run run = Run.of("bench", "plan", "--seconds", seconds);
    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("--seconds", "above 0");
  }

  @Test
  void saysWhatCanBeMeasured() {
    Run run = Run.of("bench");
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("stagger bench", "plan");
  }
}

package io.stagger.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.stagger.api.ModelShape;
import io.stagger.engine.simulator.Figure;
import io.stagger.engine.simulator.cost.HardwareFile;
import io.stagger.engine.simulator.replicas.ReplicaRule;
import io.stagger.engine.trace.Phase;
import io.stagger.engine.trace.TraceHeader;
import io.stagger.engine.trace.TraceToken;
import io.stagger.engine.trace.TraceWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareCommandTest {

  private static final ModelShape MODEL = ModelShape.of(2, 8, 2, 1, 1);

  @TempDir private Path folder;

  private Path trace;

  /** Sequences of eight tokens, of which every other one chooses experts 0 and 1 alone. */
  @BeforeEach
  void writeTrace() {
    trace = folder.resolve("day.arrow");
    try (TraceWriter writer = TraceWriter.create(trace, TraceHeader.of(MODEL))) {
      for (int i = 0; i < 256; i++) {
        char some = (char) (i / 2 % 7);
        char[] experts = i % 2 == 0 ? new char[] {0, 1, 0, 1} : new char[] {some, 7, some, 7};
        writer.add(TraceToken.of(i / 8, i % 8, i % 8 < 4 ? Phase.PREFILL : Phase.DECODE, experts));
      }
      writer.finish();
    }
  }

  private Run compare(Object... more) {
    List<Object> words = new ArrayList<>(List.of("compare", "--trace", trace, "--ranks", 4));
    words.addAll(Arrays.asList(more));
    return Run.of(words.toArray());
  }

  @Test
  void showsWhatEachStrategyWouldBring() {
    Run run = compare("--strategies", "zigzag,eplb", "--decode-batch", 8, "--prefill-tokens", 16);
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
    assertThat(run.out())
        .contains("256 tokens, 4 windows: planned with one, scored on the next")
        .contains("not given, so there are no times; see --hardware")
        .contains("prefill: 6 steps of 16.0 tokens", "decode: 12 steps of 8.0 tokens")
        .containsSubsequence("linear", "zigzag", "eplb", "balancedness", "fan-out, ranks")
        .doesNotContain("dispatch");
  }

  @Test
  void givesTimesWhereTheHardwareAndTheSizesAreKnown() {
    JsonNode json =
        compare(
                "--strategies",
                "eplb",
                "--slots",
                12,
                "--hardware",
                "h20x8",
                "--hidden",
                1024,
                "--intermediate",
                256,
                "--json")
            .json();
    JsonNode figures = json.at("/strategies/1/figures/decode");
    double time = figures.at("/stepTime/value").asDouble();
    assertThat(time)
        .isPositive()
        .isCloseTo(
            figures.at("/expertTime/value").asDouble()
                + figures.at("/dispatchTime/value").asDouble()
                + figures.at("/combineTime/value").asDouble(),
            within(1e-15));
    assertThat(json.at("/costs/memoryBytesPerSecond").asDouble()).isEqualTo(4e12);
    assertThat(figures.at("/stepTime/change/low").asDouble())
        .isLessThanOrEqualTo(figures.at("/stepTime/change/high").asDouble());
    assertThat(json.at("/strategies/1/traffic/tokens")).hasSize(4);
    assertThat(json.at("/strategies/1/plans")).hasSize(3);
    assertThat(json.at("/strategies/1/migratedBytes").asDouble())
        .isEqualTo(json.at("/strategies/1/migratedSlots").asLong() * 3.0 * 1024 * 256 * 2);
  }

  @Test
  void printsTheSameBytesEveryTime() {
    Object[] words = {"--strategies", "zigzag,balanced", "--replicas", "dynamic", "--json"};
    assertThat(compare(words).out()).isEqualTo(compare(words).out());
  }

  @Test
  void writesEveryFigureAsCsv() throws IOException {
    Path csv = folder.resolve("figures.csv");
    Run run = compare("--strategies", "zigzag", "--csv", csv);
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
    List<String> lines = Files.readAllLines(csv);
    assertThat(lines.getFirst())
        .isEqualTo("strategy,phase,figure,unit,value,change,change_low,change_high");
    assertThat(lines).allMatch(line -> line.split(",", -1).length == 8);
    assertThat(lines).anyMatch(line -> line.startsWith("linear,decode,fanOutRanks,ranks,"));
    assertThat(lines).hasSize(1 + 2 * 2 * 9);
  }

  @Test
  void refusesTimesWithoutTheSizesOfExperts() {
    Run run = compare("--hardware", "h20x8");
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("--model, or --hidden and --intermediate");
  }

  @Test
  void refusesAModelThatIsNotTheTraces() throws IOException {
    Path model =
        Files.writeString(
            folder.resolve("config.json"),
            "{\"model_type\": \"mixtral\", \"num_hidden_layers\": 2, \"num_local_experts\": 8,"
                + " \"num_experts_per_tok\": 3, \"hidden_size\": 64, \"intermediate_size\": 32}");
    Run run = compare("--hardware", "h20x8", "--model", model);
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("top-3", "top-2");
  }

  @Test
  void describesEveryReplicaPolicy() {
    Run run = Run.of("compare", "--help");
    assertThat(run.out()).contains(ReplicaRule.labels());
    assertThat(compare("--replicas", "best").err())
        .contains("'best'", "least-activated", "nearest");
  }

  @Test
  void takesAPolicyOfARuntimesWhichChoosesAsItDoesThere() {
    JsonNode ours =
        compare("--strategies", "eplb", "--slots", 12, "--replicas", "hash", "--json").json();
    JsonNode nearest =
        compare("--strategies", "eplb", "--slots", 12, "--replicas", "nearest", "--json").json();
    assertThat(nearest.get("replicas").asText()).isEqualTo("nearest");
    String sent = "/strategies/1/figures/decode/sentWithinNodes/value";
    assertThat(nearest.at(sent).asDouble()).isLessThan(ours.at(sent).asDouble());
  }

  @Test
  void isDescribedInFull() throws IOException {
    String page = Files.readString(Repository.file("docs/simulator.md"));
    for (Figure figure : Figure.values()) {
      assertThat(page).contains("`" + figure.key() + "`");
    }
    assertThat(ReplicaRule.labels()).allSatisfy(name -> assertThat(page).contains("| `" + name));
    assertThat(HardwareFile.keys())
        .allSatisfy(key -> assertThat(page).contains("| `" + key.name() + "` |"));
    assertThat(HardwareFile.presets()).allSatisfy(name -> assertThat(page).contains(name));
  }

  @Test
  void namesATraceThatIsNone() throws IOException {
    trace = Files.writeString(folder.resolve("none.arrow"), "no trace");
    Run run = compare();
    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("none.arrow");
  }
}

package io.stagger.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlanCommandTest {

  private static final double TINY = 1e-12;

  @TempDir private Path folder;

  @Test
  void saysWhatAutoChoseAndWhy() {
    Run run = plan("--experts", 16, "--groups", 4, "--top-groups", 2, "--top-k", 2, "--ranks", 4);
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
    assertThat(run.out())
        .contains("auto, which chose zigzag")
        .contains("EXPERT_GROUPS")
        .contains("2 MoE layers, 16 experts, top-2, top-2 of 4 groups")
        .contains("1 node, 4 ranks, 16 slots");
  }

  @Test
  void measuresTheBalanceOfTheLoadAgainstTheBound() {
    // Linear puts 30 + 10 and 10 + 10 on two ranks: mean 30, busiest 40.
    JsonNode json = planned(load("[[30, 10, 10, 10], [1, 1, 1, 1]]"), "--strategy", "linear");
    assertThat(json.at("/imbalance/layers/0").asDouble()).isEqualTo(1.0 / 3, within(TINY));
    assertThat(json.at("/imbalance/worst").asDouble()).isEqualTo(1.0 / 3, within(TINY));
    assertThat(json.at("/imbalance/mean").asDouble()).isEqualTo(1.0 / 6, within(TINY));
    assertThat(json.at("/balancedness").asDouble()).isEqualTo(32.0 / 42, within(TINY));
    // The heaviest expert shares its rank with one of 10 at best.
    assertThat(json.at("/bound/layers/0").asDouble()).isEqualTo(1.0 / 3, within(TINY));
    assertThat(json.path("gap").asDouble()).isEqualTo(0, within(TINY));
  }

  @Test
  void scoresThePlanOnLoadsItWasNotMadeFor() {
    Path other = folder.resolve("other.json");
    JsonNode json =
        planned(
            load("[[30, 10, 10, 10], [1, 1, 1, 1]]"),
            "--strategy",
            "linear",
            "--held-out",
            write(other, "[[10, 10, 10, 10], [3, 0, 3, 0]]"));
    // Linear: 20 and 20, 3 and 3.
    assertThat(json.at("/heldOut/0/load").asText()).isEqualTo(other.toString());
    assertThat(json.at("/heldOut/0/imbalance/mean").asDouble()).isZero();
    assertThat(json.at("/heldOut/0/balancedness").asDouble()).isEqualTo(1);
  }

  @Test
  void plansForTheEstimateOfSeveralLoads() {
    Path second = write(folder.resolve("second.json"), "[[0, 10, 0, 0], [1, 1, 1, 1]]");
    JsonNode json =
        planned(
            load("[[10, 0, 0, 0], [1, 1, 1, 1]]"),
            "--load",
            second,
            "--strategy",
            "eplb",
            "--set",
            "load.estimate=quantile");
    assertThat(json.at("/facts/planned.for").asText()).isEqualTo("quantile 0.9000 over 2 windows");
    assertThat(json.at("/imbalance/layers/0").asDouble()).isZero();
  }

  @Test
  void explainsWhatAPlanDoesWhatLimitsItAndWhatWouldHelp() {
    Path load = load("[[80, 10, 10, 10], [4, 2, 3, 1]]");
    Run run =
        plan("--experts", 4, "--ranks", 2, "--load", load, "--strategy", "linear", "--explain");
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
    assertThat(run.out())
        .containsSubsequence(
            "does         every expert has one slot",
            "the hottest expert, 0 of layer 0, gets 72.7 % of its layer's tokens, 2.9 times",
            "limits       1 layer: nothing in the load forbids",
            "1 layer: the heaviest expert shares its rank",
            "would help   linear with 2 slots more: imbalance");
  }

  @Test
  void explainsToPrograms() {
    JsonNode json =
        planned(load("[[80, 10, 10, 10], [4, 2, 3, 1]]"), "--strategy", "linear", "--explain");
    assertThat(json.at("/explanation/copies/total").asInt()).isZero();
    assertThat(json.at("/explanation/limits/SHARED_RANK").asInt()).isOne();
    assertThat(json.at("/explanation/better/0/strategy").asText()).isNotEmpty();
  }

  @Test
  void explainsThatALoadIsMissing() {
    Run run = plan("--experts", 4, "--ranks", 2, "--slots", 6, "--explain");
    assertThat(run.out())
        .contains("4 slots hold copies, 2.0 a layer, of 2.0 experts a layer")
        .contains("would help   a load");
  }

  /** Experts 0 and 1, the heaviest, on one of two ranks. */
  private Path uneven() {
    Path file = folder.resolve("uneven.json");
    Run run = plan("--experts", 4, "--ranks", 2, "--strategy", "linear", "--out", file);
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
    return file;
  }

  @Test
  void printsHowEvenAPlacementCanBecomeForHowManyMoves() {
    Path load = load("[[4, 3, 2, 1], [4, 3, 2, 1]]");
    Run run =
        plan(
            "--experts",
            4,
            "--ranks",
            2,
            "--load",
            load,
            "--strategy",
            "steady",
            "--previous",
            uneven(),
            "--frontier");
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
    assertThat(run.out())
        .containsPattern("moves +of the slots +imbalance +balancedness +of the gain")
        .containsPattern("0 +0.0 % +0.4000 +0.7143 +0.0 %")
        .containsPattern("4 +50.0 % +0.0000 +1.0000 +100.0 %");
  }

  @Test
  void printsTheFrontierForPrograms() {
    Path load = load("[[4, 3, 2, 1], [4, 3, 2, 1]]");
    JsonNode json = planned(load, "--strategy", "steady", "--previous", uneven(), "--frontier");
    assertThat(json.path("strategy").asText()).isEqualTo("steady");
    assertThat(json.at("/frontier/0/moves").asInt()).isZero();
    assertThat(json.at("/frontier/0/imbalance").asDouble()).isEqualTo(0.4, within(TINY));
    JsonNode last = json.path("frontier").get(json.path("frontier").size() - 1);
    assertThat(last.path("share").asDouble()).isEqualTo(0.5);
    assertThat(last.path("gain").asDouble()).isEqualTo(1);
  }

  private Run trafficFrontier(Object... more) {
    Object[] words = {
      "--experts",
      4,
      "--top-k",
      4,
      "--groups",
      2,
      "--top-groups",
      2,
      "--nodes",
      2,
      "--ranks",
      2,
      "--load",
      load("[[7, 5, 3, 5], [7, 5, 3, 5]]"),
      "--strategy",
      "balanced",
      "--frontier"
    };
    Run run = plan(Stream.concat(Arrays.stream(words), Arrays.stream(more)).toArray());
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
    return run;
  }

  @Test
  void printsHowEvenAPlacementCanBeForHowManyNodes() {
    assertThat(trafficFrontier().out())
        .containsPattern("traffic +imbalance +balancedness +nodes a group")
        .containsPattern("0.0 +0.0000 +1.0000 +1.4792")
        .containsPattern("2.0 +0.2000 +0.8333 +1.0000");
  }

  @Test
  void printsTheTradeOfTrafficForPrograms() throws IOException {
    JsonNode json = new ObjectMapper().readTree(trafficFrontier("--json").out());
    assertThat(json.path("strategy").asText()).isEqualTo("balanced");
    assertThat(json.at("/frontier/0/traffic").asDouble()).isZero();
    assertThat(json.at("/frontier/7/traffic").asDouble()).isEqualTo(2);
    assertThat(json.at("/frontier/7/imbalance").asDouble()).isEqualTo(0.2, within(TINY));
    assertThat(json.at("/frontier/7/balancedness").asDouble()).isEqualTo(10 / 12.0, within(TINY));
    assertThat(json.at("/frontier/7/spread").asDouble()).isEqualTo(1);
  }

  @Test
  void refusesAFrontierOfAStrategyThatHasNone() {
    Run run =
        plan(
            "--experts",
            4,
            "--ranks",
            2,
            "--load",
            load("[[4, 3, 2, 1], [4, 3, 2, 1]]"),
            "--strategy",
            "eplb",
            "--previous",
            uneven(),
            "--frontier");
    assertThat(run.exitCode()).isNotEqualTo(ExitCode.OK);
    assertThat(run.err()).contains("eplb").contains("has no frontier").contains("steady");
  }

  @Test
  void refusesToWriteAFrontierAsAPlacement() {
    Run run = plan("--experts", 4, "--ranks", 2, "--frontier", "--explain");
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("--frontier makes no plan");
  }

  @Test
  void writesAPlacementWithAllThatIsKnown() throws IOException {
    Path out = folder.resolve("placement.json");
    JsonNode json =
        planned(load("[[30, 10, 10, 10], [1, 1, 1, 1]]"), "--strategy", "zigzag", "--out", out);
    JsonNode written = new ObjectMapper().readTree(out.toFile());
    assertThat(written.path("physical_to_logical_map").toString())
        .isEqualTo("[[0,2,1,3],[0,2,1,3]]");
    assertThat(written.path("strategy").asText()).isEqualTo("zigzag");
    assertThat(written.path("fingerprint")).isEqualTo(json.path("placementFingerprint"));
    assertThat(json.path("written").toString()).contains("placement.json");
  }

  @Test
  void writesForSglangTheMapAndNothingElse() throws IOException {
    Path out = folder.resolve("sglang.json");
    Run run = plan("--experts", 4, "--ranks", 2, "--strategy", "zigzag", "--out-sglang", out);
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
    assertThat(new ObjectMapper().readTree(out.toFile()).toString())
        .isEqualTo("{\"physical_to_logical_map\":[[0,2,1,3],[0,2,1,3]]}");
  }

  @Test
  void refusesToWriteForSglangWhatThatCannotUse() {
    Path out = folder.resolve("sglang.json");
    Run run = plan("--experts", 5, "--ranks", 2, "--out-sglang", out);
    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(out).doesNotExist();
  }

  @Test
  void readsTheShapeFromAModel() {
    Run run = Run.of("plan", "--model", Repository.file("samples/tiny-moe-lm/model"), "--json");
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
    assertThat(run.json().at("/model/experts").asInt()).isEqualTo(64);
    assertThat(run.json().at("/model/groups").asInt()).isEqualTo(8);
    assertThat(run.json().at("/cluster/ranks").asInt()).isEqualTo(8);
  }

  @Test
  void takesUnevenSlotsAndRanksThatAreDown() {
    Run run = plan("--experts", 6, "--slots-per-rank", "1,2,3,4", "--ranks-down", "0,1", "--json");
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
    assertThat(run.json().at("/cluster/slotsPerRank").toString()).isEqualTo("[1,2,3,4]");
    assertThat(run.json().at("/cluster/ranksDown").toString()).isEqualTo("[0,1]");
  }

  @Test
  void countsTheCopiesFromThePlacementInForce() {
    Path previous = folder.resolve("previous.json");
    plan("--experts", 4, "--ranks", 2, "--strategy", "linear", "--out", previous);
    Run run =
        plan(
            "--experts", 4, "--ranks", 2, "--strategy", "zigzag", "--previous", previous, "--json");
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
    // 0 1 | 2 3 becomes 0 2 | 1 3: two copies a layer, both across.
    assertThat(run.json().at("/migration/copies").asInt()).isEqualTo(4);
    assertThat(run.json().at("/migration/copiesBetweenRanks").asInt()).isEqualTo(4);
  }

  @Test
  void renamesRanksToThoseThatHoldMostOfTheirExperts() throws IOException {
    Path previous = folder.resolve("previous.json");
    Files.writeString(previous, "{\"physical_to_logical_map\": [[2, 3, 0, 1], [3, 2, 1, 0]]}");
    String[] linear = {
      "--experts", "4", "--ranks", "2", "--strategy", "linear", "--previous", previous.toString()
    };

    JsonNode asPlanned = plan((Object[]) with(linear, "--json")).json();
    assertThat(asPlanned.at("/migration/copies").asInt()).isEqualTo(8);
    assertThat(asPlanned.at("/migrationWithRenamedRanks/copies").asInt()).isZero();

    Path next = folder.resolve("next.json");
    Run renamed =
        plan((Object[]) with(linear, "--rename-ranks", "--json", "--out", next.toString()));
    assertThat(renamed.json().at("/migration/copies").asInt()).isZero();
    assertThat(new ObjectMapper().readTree(next.toFile()).get("physical_to_logical_map"))
        .isEqualTo(new ObjectMapper().readTree("[[2, 3, 0, 1], [3, 2, 1, 0]]"));
  }

  @Test
  void plansAroundARankThatIsDownWithTheOnlyReplicaOfAnExpert() throws IOException {
    Path previous = folder.resolve("previous.json");
    Files.writeString(
        previous, "{\"physical_to_logical_map\": [[0, 1, 2, 3, 0, 1], [0, 1, 2, 3, 0, 1]]}");
    Run run =
        plan(
            "--experts",
            4,
            "--ranks",
            3,
            "--slots",
            6,
            "--ranks-down",
            1,
            "--strategy",
            "linear",
            "--previous",
            previous,
            "--json");
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
    assertThat(run.json().at("/migration/copies").asInt()).isPositive();
  }

  private static String[] with(String[] arguments, String... more) {
    return Stream.concat(Arrays.stream(arguments), Arrays.stream(more)).toArray(String[]::new);
  }

  @Test
  void needsThePlacementInForceToRenameRanks() {
    Run run = plan("--experts", 4, "--ranks", 2, "--strategy", "linear", "--rename-ranks");
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("--rename-ranks needs the placement in force");
  }

  @Test
  void plansDeepSeekV3FromARecordedLoad() {
    Path load = Repository.shared("data/deepseek-v3-loads/decode_in1000out1000.json");
    Run run =
        Run.of(
            "plan",
            "--layers",
            58,
            "--experts",
            256,
            "--top-k",
            8,
            "--groups",
            8,
            "--top-groups",
            4,
            "--nodes",
            4,
            "--ranks",
            32,
            "--slots",
            288,
            "--strategy",
            "eplb",
            "--load",
            load);
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
    assertThat(run.out()).contains("left out as rows of dense layers: [0, 1, 2]");
  }

  @Test
  void withoutAModelItAsksForOne() {
    Run run = Run.of("plan", "--ranks", 4);
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("--model", "--layers", "Try 'stagger plan --help'.");
  }

  @Test
  void aModelAndSizesTogetherAreAUsageError() {
    Run run = Run.of("plan", "--model", "config.json", "--layers", 1, "--experts", 4);
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("give --model, or --layers and --experts, but not both");
  }

  @Test
  void fewerSlotsThanExpertsAreRefusedWithTheNumberThatIsMissing() {
    Run run = plan("--experts", 16, "--ranks", 4, "--slots", 12);
    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("12 usable slots for 16 experts", "at least 4 slots");
  }

  @Test
  void zeroRanksAreRefused() {
    Run run = plan("--experts", 16, "--ranks", 0);
    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("cluster.ranks");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[[1, 2, 3], [1, 2, 3, 4]]",
        "[[1, 2, 3, -4], [1, 2, 3, 4]]",
        "[[1, 2, 3, NaN], [1, 2, 3, 4]]",
        "[[1, 2, 3, 4]]",
        "{\"logical_counts\": [[1, 2, 3, 4], [1, 2, 3, 4]]}",
        "[[1, 2, 3, 4], [1, 2,",
        "",
      })
  void aBadLoadIsOneLineAndNothingIsWritten(String content) {
    Path out = folder.resolve("placement.json");
    Run run = plan("--experts", 4, "--ranks", 2, "--load", load(content), "--out", out);
    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).startsWith("error: ").contains("load.json");
    assertThat(run.out()).isEmpty();
    assertThat(out).doesNotExist();
  }

  @Test
  void verboseAddsTheStackTrace() {
    Run run = plan("--experts", 4, "--load", folder.resolve("nowhere.json"), "-v");
    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("nowhere.json", "\tat io.stagger.");
  }

  private Path load(String json) {
    return write(folder.resolve("load.json"), json);
  }

  private static Path write(Path file, String json) {
    try {
      return Files.writeString(file, json);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static JsonNode planned(Path load, Object... more) {
    Stream<Object> common = Stream.of("--experts", 4, "--ranks", 2, "--load", load, "--json");
    Run run = plan(Stream.concat(common, Stream.of(more)).toArray());
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
    return run.json();
  }

  private static Run plan(Object... more) {
    return Run.of(Stream.concat(Stream.of("plan", "--layers", 2), Stream.of(more)).toArray());
  }
}

package io.stagger.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest {

  private static final double TINY = 1e-12;

  @TempDir private Path folder;

  @Test
  void staggersOwnFileSaysAllThatIsNeeded() {
    Path own = folder.resolve("own.json");
    Run.of("plan", "--layers", 2, "--experts", 6, "--nodes", 2, "--ranks", 4, "--out", own);
    Run run = Run.of("check", own);
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
    assertThat(run.out()).contains("valid", "2 layers, 6 experts, 6 slots on 4 ranks");
  }

  @Test
  void anotherProgramsFileNeedsTheRanks() {
    Path sglang =
        Repository.shared("data/format-fixtures/sglang_init_expert_location_mapping.json");
    Run run = Run.of("check", sglang, "--layers", 2, "--experts", 8, "--ranks", 2, "--json");
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
    assertThat(run.json().path("valid").asBoolean()).isTrue();
    assertThat(run.json().path("slots").asInt()).isEqualTo(10);
  }

  @Test
  void asksForTheRanksWhereNothingSaysThem() {
    Run run = Run.of("check", map("[[0, 1, 2, 3]]"));
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("map.json does not say how many ranks", "--ranks");
  }

  @Test
  void saysHowALoadFallsOnTheRanks() {
    Path load = file("load.json", "[[30, 10, 10, 10]]");
    Run run = Run.of("check", map("[[0, 1, 2, 3]]"), "--ranks", 2, "--load", load, "--json");
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
    assertThat(run.json().at("/imbalance/mean").asDouble()).isEqualTo(1.0 / 3, within(TINY));
  }

  @Test
  void anExpertThatIsNowhereIsNamedWithItsLayer() {
    JsonNode violation = violation(map("[[0, 1, 2, 3], [0, 1, 2, 2]]"), "--experts", 4);
    assertThat(violation.path("rule").asText()).isEqualTo("REACHABLE");
    assertThat(violation.path("layer").asInt()).isEqualTo(1);
    assertThat(violation.path("message").asText()).contains("layer 1, expert 3");
  }

  @Test
  void anUnknownExpertIsNamedWithLayerAndSlot() {
    JsonNode violation = violation(map("[[0, 1, 2, 3], [0, 1, 2, 9]]"), "--experts", 4);
    assertThat(violation.path("rule").asText()).isEqualTo("SLOT_IN_RANGE");
    assertThat(violation.path("layer").asInt()).isEqualTo(1);
    assertThat(violation.path("slot").asInt()).isEqualTo(3);
  }

  @Test
  void tooManySlotsAreAViolation() {
    JsonNode violation =
        violation(map("[[0, 1, 2, 3, 0, 1], [0, 1, 2, 3, 0, 1]]"), "--experts", 4, "--slots", 4);
    assertThat(violation.path("rule").asText()).isEqualTo("CAPACITY");
  }

  @Test
  void slotsOfTheCommandLineGoAboveThoseOfTheFile() {
    Path own = folder.resolve("own.json");
    Run.of("plan", "--layers", 2, "--experts", 6, "--ranks", 2, "--slots", 8, "--out", own);
    Run run = Run.of("check", own, "--slots", 6, "--json");
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.NO);
    assertThat(run.json().at("/violations/0/rule").asText()).isEqualTo("CAPACITY");
  }

  @Test
  void nodesOfTheCommandLineGoAboveThoseOfTheFile() {
    Path own = folder.resolve("own.json");
    Run.of("plan", "--layers", 2, "--experts", 6, "--ranks", 2, "--out", own);
    Run run = Run.of("check", own, "--nodes", 3);
    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("3 nodes for 2 ranks");
  }

  @Test
  void aRankThatIsDownMayHoldNothing() {
    JsonNode violation =
        violation(map("[[0, 1, 2, 3], [0, 1, 2, 3]]"), "--experts", 4, "--ranks-down", 1);
    assertThat(violation.path("rule").asText()).isEqualTo("RANK_UP");
    assertThat(violation.path("slot").asInt()).isEqualTo(2);
  }

  @Test
  void aViolationIsToldToPeopleToo() {
    Run run = Run.of("check", map("[[0, 1, 2, 2]]"), "--layers", 1, "--experts", 4, "--ranks", 2);
    assertThat(run.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(run.out()).contains("NOT VALID", "REACHABLE: layer 0, expert 3 is on no rank");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void aFileThatIsNoPlacementIsBadInput() {
    Run run = Run.of("check", file("bad.json", "{\"map\": []}"), "--ranks", 2);
    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("bad.json", "physical_to_logical_map");
  }

  @Test
  void aMissingFileIsBadInput() {
    Run run = Run.of("check", folder.resolve("nowhere.json"), "--ranks", 2);
    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("nowhere.json");
  }

  /** The first violation of a placement of two layers on two ranks. */
  private static JsonNode violation(Path placement, Object... more) {
    Object[] common = {"check", placement, "--layers", 2, "--ranks", 2, "--json"};
    Object[] args = new Object[common.length + more.length];
    System.arraycopy(common, 0, args, 0, common.length);
    System.arraycopy(more, 0, args, common.length, more.length);
    Run run = Run.of(args);
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.NO);
    assertThat(run.json().path("valid").asBoolean()).isFalse();
    return run.json().at("/violations/0");
  }

  private Path map(String rows) {
    return file("map.json", "{\"physical_to_logical_map\": " + rows + "}");
  }

  private Path file(String name, String content) {
    try {
      return Files.writeString(folder.resolve(name), content);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}

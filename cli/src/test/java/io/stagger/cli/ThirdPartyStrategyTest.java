package io.stagger.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sample's strategy, from a jar in the plug-ins' folder to a checked placement. */
class ThirdPartyStrategyTest {

  private static final Path SAMPLE = Repository.file("samples/third-party-strategy/src/main");

  @TempDir private static Path folder;
  private static Path plugins;

  @BeforeAll
  static void buildTheJar() throws IOException {
    plugins = folder.resolve("plugins");
    List<Path> sources;
    try (Stream<Path> files = Files.walk(SAMPLE.resolve("java"))) {
      sources = files.filter(file -> file.toString().endsWith(".java")).toList();
    }
    String services =
        Files.readString(
            SAMPLE.resolve(
                "resources/META-INF/services/io.stagger.api.strategy.PlacementStrategy"));
    StrategyJar.build(plugins.resolve("acme.jar"), sources, services);
  }

  @Test
  void isListedWithItsJarAndItsOption() {
    JsonNode acme =
        Run.of("strategies", "acme.snake", "--set", "plugins.directory=" + plugins, "--json")
            .json()
            .at("/strategies/0");
    assertThat(acme.path("origin").asText()).endsWith("acme.jar");
    assertThat(acme.at("/options/0/key").asText()).isEqualTo("placement.acme.snake.replicate");
  }

  @Test
  void isUnknownWhereItsJarIsAbsent() {
    Run run = Run.of("strategies", "acme.snake");
    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("acme.snake", "zigzag");
  }

  @Test
  void plansAPlacementThatTheCheckAccepts() {
    Path file = folder.resolve("placement.json");
    Run plan = plan("--slots", 20, "--out", file);
    assertThat(plan.exitCode()).as(plan.err()).isEqualTo(ExitCode.OK);
    assertThat(plan.json().at("/strategy/effective").asText()).isEqualTo("acme.snake");
    assertThat(Run.of("check", file).exitCode()).isEqualTo(ExitCode.OK);
  }

  @Test
  void readsItsOptionFromTheConfiguration() {
    JsonNode replicated = plan("--slots", 20).json();
    JsonNode plain = plan("--slots", 20, "--set", "placement.acme.snake.replicate=false").json();
    assertThat(plain.path("placementFingerprint"))
        .isNotEqualTo(replicated.path("placementFingerprint"));
  }

  @Test
  void leavesRanksAloneThatAreDown() {
    Path file = folder.resolve("down.json");
    Run plan = plan("--slots", 24, "--ranks-down", 1, "--out", file);
    assertThat(plan.exitCode()).as(plan.err()).isEqualTo(ExitCode.OK);
    assertThat(Run.of("check", file, "--ranks-down", 1).exitCode()).isEqualTo(ExitCode.OK);
    assertThat(Run.of("check", file, "--ranks-down", 2).exitCode()).isEqualTo(ExitCode.NO);
  }

  private static Run plan(Object... more) {
    Stream<Object> common =
        Stream.of(
            "plan",
            "--layers",
            2,
            "--experts",
            16,
            "--ranks",
            4,
            "--strategy",
            "acme.snake",
            "--set",
            "plugins.directory=" + plugins,
            "--json");
    return Run.of(Stream.concat(common, Stream.of(more)).toArray());
  }
}

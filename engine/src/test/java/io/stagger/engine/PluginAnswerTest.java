package io.stagger.engine;

import static io.stagger.engine.GoldenMessage.assertMessage;
import static io.stagger.engine.plugin.PluginJarBuilder.spreading;
import static io.stagger.engine.plugin.PluginJarBuilder.strategy;
import static io.stagger.engine.plugin.PluginJarBuilder.strategySource;
import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.error.InvalidPlacementException;
import io.stagger.api.error.StrategyException;
import io.stagger.engine.plugin.PluginJarBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a strategy in a jar that answers wrongly, not at all, or is not there. */
class PluginAnswerTest {

  @TempDir Path directory;

  private Throwable planFails(String strategy, String... settings) {
    return new PluginFolder(directory).planFails(strategy, settings);
  }

  @Test
  void aDependencyThatIsMissingOnlyWhenItPlansIsAnErrorOfTheStrategy() {
    new PluginJarBuilder()
        .source(
            "acme.lib.Base", "package acme.lib; public class Base { public static void go() {} }")
        .source(
            "acme.Late",
            strategySource("acme.Late", "\"acme.late\"", "", "acme.lib.Base.go();" + spreading()))
        .without("acme.lib.Base")
        .service("acme.Late")
        .build(directory.resolve("late.jar"));

    Throwable thrown = planFails("acme.late");

    assertThat(thrown).isInstanceOf(StrategyException.class);
    assertMessage(thrown, "strategy-missing-class", directory);
  }

  @Test
  void aStrategyThatReturnsNullIsAnErrorThatNamesItsJar() {
    strategy("acme.Nothing", "acme.nothing", "return null;").build(directory.resolve("n.jar"));

    assertMessage(planFails("acme.nothing"), "strategy-returns-null", directory);
  }

  @Test
  void aPlacementWithoutAnExpertNamesStrategyJarLayerAndExpert() {
    String body = spreading().replace("slot % request.model().experts()", "0");
    strategy("acme.Wrong", "acme.wrong", body).build(directory.resolve("wrong.jar"));

    Throwable thrown = planFails("acme.wrong");

    assertThat(thrown).isInstanceOf(InvalidPlacementException.class);
    assertMessage(thrown, "strategy-wrong-placement", directory);
  }

  @Test
  void anExpertThatDoesNotExistNamesStrategyJarLayerAndSlot() {
    String body = spreading().replace("slot % request.model().experts()", "slot + 3");
    strategy("acme.Wrong", "acme.wrong", body).build(directory.resolve("wrong.jar"));

    Throwable thrown = planFails("acme.wrong");

    assertThat(thrown).isInstanceOf(InvalidPlacementException.class);
    assertMessage(thrown, "strategy-unknown-expert", directory);
  }

  @Test
  void aStrategyThatNeverReturnsIsCutOffAndTheKeyNamed() {
    String body = "while (true) { Thread.onSpinWait(); if (request == null) { return null; } }";
    strategy("acme.Endless", "acme.endless", body).build(directory.resolve("endless.jar"));

    assertMessage(
        planFails("acme.endless", "placement.timeout=0.2"), "strategy-too-slow", directory);
    assertThat(
            Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("strategy acme.endless"))
                .toList())
        .isNotEmpty()
        .allMatch(Thread::isDaemon);
  }

  @Test
  void aStackOverflowIsAnErrorOfTheStrategy() {
    strategy("acme.Deep", "acme.deep", "return place(request);")
        .build(directory.resolve("deep.jar"));

    assertThat(planFails("acme.deep"))
        .isInstanceOf(StrategyException.class)
        .hasMessageContaining("acme.deep")
        .hasRootCauseInstanceOf(StackOverflowError.class);
  }

  @Test
  void anUnknownStrategyMentionsTheJarsThatCouldNotBeUsed() throws IOException {
    Files.writeString(directory.resolve("greedy.jar"), "no jar");

    Throwable thrown = planFails("acme.greedy");

    assertThat(thrown).isInstanceOf(StrategyException.class);
    assertMessage(thrown, "strategy-unknown-with-problem", directory);
  }
}

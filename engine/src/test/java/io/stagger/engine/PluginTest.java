package io.stagger.engine;

import static io.stagger.engine.GoldenMessage.assertMessage;
import static io.stagger.engine.plugin.PluginJarBuilder.spreading;
import static io.stagger.engine.plugin.PluginJarBuilder.strategy;
import static io.stagger.engine.plugin.PluginJarBuilder.strategySource;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.stagger.api.error.PluginException;
import io.stagger.engine.config.StaggerConfig;
import io.stagger.engine.plugin.PluginJarBuilder;
import io.stagger.engine.plugin.PluginProblem;
import io.stagger.engine.plugin.StrategyEntry;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which strategies good and broken jars in {@code plugins.directory} bring. */
class PluginTest {

  @TempDir Path directory;

  private Stagger open(String... settings) {
    return new PluginFolder(directory).open(settings);
  }

  private PluginProblem onlyProblem() {
    try (Stagger stagger = open()) {
      assertThat(stagger.strategies().all()).extracting(StrategyEntry::name).contains("zigzag");
      assertThat(stagger.problems()).hasSize(1);
      return stagger.problems().getFirst();
    }
  }

  @Test
  void aJarsStrategyPlans() {
    Path jar =
        strategy("acme.Spread", "acme.spread", spreading()).build(directory.resolve("a.jar"));

    try (Stagger stagger = open("placement.strategy=acme.spread")) {
      Plan plan = stagger.plan(PluginFolder.REQUEST);

      assertThat(plan.placement().physicalToLogical(0)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
      assertThat(plan.origin()).isEqualTo(jar.toString());
      assertThat(plan.decision().effective()).isEqualTo("acme.spread");
      assertThat(stagger.problems()).isEmpty();
    }
  }

  @Test
  void aJarsOptionsAreConfigurationKeys() {
    String members =
        """
        public List<OptionSpec> options() {
          return List.of(OptionSpec.integer("shift", 1, 0, 7, "How far."));
        }
        """;
    String body =
        spreading()
            .replace(
                "slot % request.model().experts()",
                "(slot + (int) request.options().integer(\"shift\")) % request.model().experts()");
    new PluginJarBuilder()
        .source("acme.Shift", strategySource("acme.Shift", "\"acme.shift\"", members, body))
        .service("acme.Shift")
        .build(directory.resolve("shift.jar"));

    try (Stagger stagger = open("placement.acme.shift.shift=3")) {
      Plan plan = stagger.plan(PluginFolder.REQUEST.withStrategy("acme.shift"));

      assertThat(plan.placement().logicalAt(0, 0)).isEqualTo(3);
      assertThat(stagger.config().value("placement.acme.shift.shift").origin())
          .isEqualTo("command line");
    }
    assertMessage(
        catchThrowable(() -> open("placement.acme.shift.shift=8")),
        "plugin-option-out-of-range",
        directory);
    assertMessage(
        catchThrowable(() -> open("placement.acme.shift.shfit=1")),
        "plugin-option-unknown",
        directory);
  }

  @Test
  void twoJarsMayHoldDifferentClassesOfOneName() {
    PluginJarBuilder first =
        strategy("acme.Main", "acme.first", "Library.touch();" + spreading())
            .source("acme.Library", library("first"));
    PluginJarBuilder second =
        strategy("acme.Main", "acme.second", "Library.touch();" + spreading())
            .source("acme.Library", library("second"));
    first.build(directory.resolve("1.jar"));
    second.build(directory.resolve("2.jar"));

    try (Stagger stagger = open()) {
      stagger.plan(PluginFolder.REQUEST.withStrategy("acme.first"));
      stagger.plan(PluginFolder.REQUEST.withStrategy("acme.second"));

      assertThat(System.clearProperty("acme.library.first")).isEqualTo("first");
      assertThat(System.clearProperty("acme.library.second")).isEqualTo("second");
    }
  }

  private static String library(String version) {
    return """
    package acme;
    class Library {
      static void touch() { System.setProperty("acme.library.%1$s", "%1$s"); }
    }
    """
        .formatted(version);
  }

  @Test
  void aPluginSeesItselfTheApiAndTheJdkAlone() {
    String look =
        """
        for (String name : List.of("io.stagger.engine.Stagger", "io.stagger.strategies.ZigzagStrategy",
            "com.google.inject.Guice", "org.slf4j.Logger")) {
          try {
            Class.forName(name);
            throw new AssertionError(name + " is visible");
          } catch (ClassNotFoundException e) {
            // As it should be.
          }
        }
        if (Thread.currentThread().getContextClassLoader() != getClass().getClassLoader()) {
          throw new AssertionError("context class loader");
        }
        if (!PlacementStrategy.class.isInstance(this)) {
          throw new AssertionError("another API");
        }
        """;
    strategy("acme.Look", "acme.look", look + spreading()).build(directory.resolve("look.jar"));

    try (Stagger stagger = open()) {
      assertThat(stagger.plan(PluginFolder.REQUEST.withStrategy("acme.look")).placement())
          .isNotNull();
    }
  }

  @Test
  void aFileThatIsNoJarIsAProblemAndTheOthersWork() throws IOException {
    Files.writeString(directory.resolve("text.jar"), "no jar");

    assertThat(onlyProblem().message()).contains("text.jar").contains("cannot be opened as a jar");
  }

  @Test
  void aFolderNamedAsAJarIsAProblem() throws IOException {
    Files.createDirectory(directory.resolve("folder.jar"));

    assertThat(onlyProblem().message()).contains("folder.jar").contains("cannot be opened");
  }

  @Test
  void aTruncatedJarIsAProblem() throws IOException {
    Path jar = strategy("acme.A", "acme.a", spreading()).build(directory.resolve("cut.jar"));
    byte[] bytes = Files.readAllBytes(jar);
    Files.write(jar, java.util.Arrays.copyOf(bytes, bytes.length / 2));

    assertThat(onlyProblem().message()).contains("cut.jar").contains("cannot be opened");
  }

  @Test
  void aJarWithoutServiceFileIsAProblem() {
    new PluginJarBuilder()
        .source("acme.A", strategySource("acme.A", "\"acme.a\"", "", spreading()))
        .build(directory.resolve("lacks.jar"));

    assertMessage(onlyProblem().message(), "plugin-no-service-file", directory);
  }

  @Test
  void aServiceFileThatNamesAMissingClassIsAProblem() {
    new PluginJarBuilder().service("acme.Nowhere").build(directory.resolve("nowhere.jar"));

    assertMessage(onlyProblem().message(), "plugin-missing-provider", directory);
  }

  @Test
  void aServiceFileThatNamesAClassOfAnotherKindIsAProblem() {
    new PluginJarBuilder()
        .source("acme.Other", "package acme; public class Other {}")
        .service("acme.Other")
        .build(directory.resolve("other.jar"));

    assertMessage(onlyProblem().message(), "plugin-other-kind", directory);
  }

  @Test
  void aConstructorThatThrowsIsAProblem() {
    String members = "public Bad() { throw new IllegalStateException(\"no licence\"); }";
    new PluginJarBuilder()
        .source("acme.Bad", strategySource("acme.Bad", "\"acme.bad\"", members, spreading()))
        .service("acme.Bad")
        .build(directory.resolve("bad.jar"));

    assertMessage(onlyProblem().message(), "plugin-constructor-throws", directory);
  }

  @Test
  void aMissingDependencyIsAProblemThatNamesTheClass() {
    new PluginJarBuilder()
        .source("acme.lib.Base", "package acme.lib; public class Base {}")
        .source(
            "acme.Needs",
            strategySource(
                "acme.Needs",
                "\"acme.needs\"",
                "acme.lib.Base base = new acme.lib.Base();",
                spreading()))
        .without("acme.lib.Base")
        .service("acme.Needs")
        .build(directory.resolve("needs.jar"));

    assertMessage(onlyProblem().message(), "plugin-missing-class", directory);
  }

  @Test
  void aNullNameIsAProblem() {
    new PluginJarBuilder()
        .source("acme.Null", strategySource("acme.Null", "null", "", spreading()))
        .service("acme.Null")
        .build(directory.resolve("null.jar"));

    assertMessage(onlyProblem().message(), "plugin-null-name", directory);
  }

  @Test
  void aNameInCapitalsIsAProblem() {
    strategy("acme.Caps", "ACME", spreading()).build(directory.resolve("caps.jar"));

    assertMessage(onlyProblem().message(), "plugin-invalid-name", directory);
  }

  @Test
  void nullOptionsAreAProblem() {
    new PluginJarBuilder()
        .source(
            "acme.Options",
            strategySource(
                "acme.Options",
                "\"acme.options\"",
                "public List<OptionSpec> options() { return null; }",
                spreading()))
        .service("acme.Options")
        .build(directory.resolve("options.jar"));

    assertMessage(onlyProblem().message(), "plugin-null-options", directory);
  }

  @Test
  void anOptionWhoseDefaultIsOutOfRangeIsAProblem() {
    new PluginJarBuilder()
        .source(
            "acme.Options",
            strategySource(
                "acme.Options",
                "\"acme.options\"",
                "public List<OptionSpec> options() {"
                    + " return List.of(OptionSpec.integer(\"n\", 9, 0, 1, \"\")); }",
                spreading()))
        .service("acme.Options")
        .build(directory.resolve("options.jar"));

    assertThat(onlyProblem().message()).contains("acme.Options").contains("option 'n'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "public String description() { return null; } | description() returns null",
        "public StrategyTraits traits() { return null; } | traits() returns null",
        "public StrategyTraits traits() { throw new Error(\"oh\"); } | traits(): threw"
            + " java.lang.Error",
        "public List<String> aliases() { return Arrays.asList(\"a\", null); } | holds null",
        "public List<String> aliases() { return List.of(\"A B\"); } | aliases() returns 'A B'",
        "public List<String> aliases() { return Collections.nCopies(1 << 30, \"a\"); } | too much",
        "public List<OptionSpec> options() { return List.of(OptionSpec.text(\"a\", null, null)); }"
            + " | a type and a description",
        "public List<OptionSpec> options() { return List.of(OptionSpec.text(\"a b\", null, \"\"));"
            + " } | 'a b' as the name of an option",
        "public List<OptionSpec> options() { return Collections.nCopies(2,"
            + " OptionSpec.text(\"a\", null, \"\")); } | the name 'a' twice"
      })
  void aDeclarationThatCannotBeIsAProblem(String member, String problem) {
    new PluginJarBuilder()
        .source("acme.Odd", strategySource("acme.Odd", "\"acme.odd\"", member, spreading()))
        .service("acme.Odd")
        .build(directory.resolve("odd.jar"));

    assertThat(onlyProblem().message())
        .startsWith(directory.resolve("odd.jar") + ", acme.Odd")
        .contains(problem);
  }

  @Test
  void aProviderThatFailsLeavesTheNextOfItsJarAlone() {
    new PluginJarBuilder()
        .source(
            "acme.Bad",
            strategySource(
                "acme.Bad",
                "\"acme.bad\"",
                "public Bad() { throw new Error(\"no\"); }",
                spreading()))
        .source("acme.Good", strategySource("acme.Good", "\"acme.good\"", "", spreading()))
        .service("acme.Bad")
        .service("acme.Good")
        .build(directory.resolve("two.jar"));

    try (Stagger stagger = open()) {
      assertThat(stagger.strategies().find("acme.good").origin()).endsWith("two.jar");
      assertThat(stagger.problems()).hasSize(1);
    }
  }

  @Test
  void twoStrategiesOfOneNameAreAnErrorThatNamesBothJars() {
    strategy("acme.One", "acme.same", spreading()).build(directory.resolve("one.jar"));
    strategy("acme.Two", "acme.same", spreading()).build(directory.resolve("two.jar"));

    Throwable thrown = catchThrowable(this::open);

    assertThat(thrown).isInstanceOf(PluginException.class);
    assertMessage(thrown, "plugin-duplicate-name", directory);
  }

  @Test
  void aStrategyThatTakesTheAliasOfABuiltInIsAnError() {
    strategy("acme.Robin", "round_robin", spreading()).build(directory.resolve("robin.jar"));

    Throwable thrown = catchThrowable(this::open);

    assertThat(thrown).isInstanceOf(PluginException.class);
    assertThat(thrown)
        .hasMessageContaining("'round_robin'")
        .hasMessageContaining("class path (")
        .hasMessageContaining("robin.jar");
  }

  @Test
  void aStrayCopyOfABuiltInJarIsPassedOver() throws IOException, URISyntaxException {
    try (Stagger own = Stagger.open(StaggerConfig.builder().build())) {
      Class<?> builtIn = own.strategies().find("zigzag").provider().instance().getClass();
      copy(
          Path.of(builtIn.getProtectionDomain().getCodeSource().getLocation().toURI()),
          directory.resolve("strategies-copy.jar"));
    }

    try (Stagger stagger = open("placement.strategy=zigzag")) {
      assertThat(stagger.plan(PluginFolder.REQUEST).origin()).startsWith("class path");
      assertThat(stagger.problems())
          .isNotEmpty()
          .allSatisfy(problem -> assertThat(problem.message()).contains("strategies-copy.jar"));
    }
  }

  private static void copy(Path classes, Path jar) throws IOException {
    if (Files.isRegularFile(classes)) {
      Files.copy(classes, jar);
      return;
    }
    try (JarOutputStream entries = new JarOutputStream(Files.newOutputStream(jar));
        var files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        entries.putNextEntry(new JarEntry(classes.relativize(file).toString()));
        entries.write(Files.readAllBytes(file));
      }
    }
  }

  @Test
  void filesThatAreNoJarsAreLeftAlone() throws IOException {
    Files.writeString(directory.resolve("README.md"), "Put jars here.");

    try (Stagger stagger = open()) {
      assertThat(stagger.problems()).isEqualTo(List.of());
    }
  }
}

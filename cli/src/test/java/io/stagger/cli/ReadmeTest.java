package io.stagger.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.stagger.engine.Stagger;
import io.stagger.engine.config.ConfigKeys;
import io.stagger.engine.config.StaggerConfig;
import io.stagger.engine.plugin.StrategyEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** What the README says is so: its tables are those of the code, its examples work. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReadmeTest {

  private static final Pattern STRATEGY =
      Pattern.compile("cat > my-strategy/Greedy.java <<'JAVA'\\R(.*?\\R)JAVA\\R", Pattern.DOTALL);

  private String readme;

  @BeforeAll
  void read() throws IOException {
    readme = Files.readString(Repository.file("README.md"));
  }

  @Test
  void listsEveryConfigurationKey() {
    String rows =
        ConfigKeys.all().stream()
            .map(key ->
                "| `%s` | %s | %s | %s |"
                    .formatted(
                        key.name(),
                        Objects.requireNonNullElse(key.defaultValue(), ""),
                        key.range(),
                        key.description()))
            .collect(Collectors.joining("\n"));
    assertThat(section("configuration keys"))
        .isEqualTo("| key | default | allowed | meaning |\n| --- | --- | --- | --- |\n" + rows);
  }

  @Test
  void listsEveryCommand() {
    String rows =
        StaggerCommand.commandLine().getSubcommands().entrySet().stream()
            .map(e -> "| `%s` | %s |".formatted(e.getKey(), description(e.getValue())))
            .collect(Collectors.joining("\n"));
    assertThat(section("commands")).isEqualTo("| command | what it does |\n| --- | --- |\n" + rows);
  }

  @Test
  void hasAPageForEveryStrategy() throws IOException {
    String index = Files.readString(Repository.file("docs/strategies/README.md"));
    try (Stagger stagger = Stagger.open(StaggerConfig.builder().build())) {
      for (StrategyEntry strategy : stagger.strategies().all()) {
        assertThat(index).contains("[%1$s](%1$s.md)".formatted(strategy.name()));
        assertThat(Repository.file("docs/strategies/" + strategy.name() + ".md")).isNotEmptyFile();
      }
    }
  }

  @Test
  void listsEveryExitCode() {
    CommandSpec plan = StaggerCommand.commandLine().getSubcommands().get("plan").getCommandSpec();
    Map<String, String> codes = plan.usageMessage().exitCodeList();
    String rows =
        codes.entrySet().stream()
            .map(e -> "| %s | %s |".formatted(e.getKey(), e.getValue()))
            .collect(Collectors.joining("\n"));
    assertThat(section("exit codes")).isEqualTo("| exit code | meaning |\n| --- | --- |\n" + rows);
  }

  @Test
  void showsAStrategyThatWorks(@TempDir Path folder) throws IOException {
    Matcher source = STRATEGY.matcher(readme);
    assertThat(source.find()).as("the strategy's source in the README").isTrue();
    Path file = Files.writeString(folder.resolve("Greedy.java"), source.group(1));
    Path plugins = folder.resolve("plugins");
    StrategyJar.build(plugins.resolve("my-strategy.jar"), List.of(file), "Greedy\n");
    Run run =
        Run.of(
            "plan",
            "--layers",
            2,
            "--experts",
            16,
            "--ranks",
            4,
            "--strategy",
            "my.greedy",
            "--set",
            "plugins.directory=" + plugins);
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
    assertThat(run.out()).contains("my.greedy", "my-strategy.jar");
  }

  static Stream<List<String>> examples() throws IOException {
    StringBuilder texts = new StringBuilder();
    List<Path> documents =
        new ArrayList<>(
            List.of(
                Repository.file("README.md"),
                Repository.file("CONTRIBUTING.md"),
                Repository.file("docs/formats.md"),
                Repository.file("docs/simulator.md"),
                Repository.file("samples/third-party-strategy/README.md")));
    try (Stream<Path> pages = Files.list(Repository.file("docs/strategies"))) {
      documents.addAll(pages.filter(page -> page.toString().endsWith(".md")).sorted().toList());
    }
    for (Path document : documents) {
      texts.append(Files.readString(document)).append('\n');
    }
    return Examples.in(texts.toString()).stream();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void everyCommandLineInTheDocumentsParses(List<String> words) {
    assertThatCode(() -> StaggerCommand.commandLine().parseArgs(words.toArray(String[]::new)))
        .doesNotThrowAnyException();
  }

  private static String description(CommandLine command) {
    return command.getCommandSpec().usageMessage().description()[0];
  }

  /** What stands between the comments that begin and end a generated part. */
  private String section(String name) {
    String begin = "<!-- " + name + " -->\n";
    String end = "<!-- end of " + name + " -->";
    assertThat(readme).contains(begin, end);
    return readme.substring(readme.indexOf(begin) + begin.length(), readme.indexOf(end)).strip();
  }
}

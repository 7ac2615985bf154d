package io.stagger.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What holds for every command; each command has a test of its own. */
class StaggerCommandTest {

  static Stream<String> commands() {
    return StaggerCommand.commandLine().getSubcommands().keySet().stream();
  }

  @Test
  void noCommandIsAnErrorThatListsTheCommands() {
    Run run = Run.of();
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains(commands().toList());
    assertThat(run.out()).isEmpty();
  }

  @Test
  void aMistypedCommandSuggestsTheRightOne() {
    Run run = Run.of("verion");
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("verion", "version");
  }

  @Test
  void aMistypedOptionIsOneLineThatSuggestsTheRightOne() {
    Run run = Run.of("plan", "--layerz", 2);
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err().lines())
        .singleElement()
        .asString()
        .startsWith("error: ")
        .endsWith("Did you mean --layers? Try 'stagger plan --help'.");
  }

  @Test
  void helpListsEveryCommand() {
    Run run = Run.of("--help");
    assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(run.out()).contains(commands().toList());
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandHasHelpWithExamplesAndExitCodes(String command) {
    Run run = Run.of(command, "--help");
    assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(run.out()).contains("Examples:", "stagger " + command, "Exit codes:");
    assertThat(run.err()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyExampleInTheHelpParses(String command) {
    List<List<String>> examples = Examples.in(Run.of(command, "--help").out());
    assertThat(examples).isNotEmpty();
    assertThat(examples)
        .allSatisfy(words -> StaggerCommand.commandLine().parseArgs(words.toArray(String[]::new)));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void noExampleIsBrokenByTheHelpsWidth(String command) {
    CommandLine line = StaggerCommand.commandLine().getSubcommands().get(command);
    assertThat(line.getCommandSpec().usageMessage().footer())
        .allSatisfy(example -> assertThat(example).hasSizeLessThan(80));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyOptionOfEveryCommandIsDescribed(String command) {
    CommandLine line = StaggerCommand.commandLine().getSubcommands().get(command);
    assertThat(line.getCommandSpec().args())
        .allSatisfy(arg -> assertThat(arg.description()).isNotEmpty());
  }
}

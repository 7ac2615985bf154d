package io.stagger.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Measures. */
@Command(
    name = "bench",
    description = "Measure how long planning takes, and how even its results are.",
    commandListHeading = "%nCommands:%n",
    footer = {
      "  stagger bench plan",
      "  stagger bench plan --help",
    },
    subcommands = BenchPlanCommand.class)
final class BenchCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the field before it runs the command
  BenchCommand() {}

  /** Without a command there is nothing to do but to say which there are. */
  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return ExitCode.USAGE;
  }
}

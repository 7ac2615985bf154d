package io.stagger.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The {@code stagger} command. */
@Command(
    name = "stagger",
    description =
        "Places the experts of a Mixture-of-Experts model, and proves that only speed changes.",
    commandListHeading = "%nCommands:%n",
    footerHeading = "%nStart here:%n",
    footer = {
      "  stagger quickstart      a real small model under every strategy, in a minute",
      "  stagger plan --help     a placement for your model and your cluster",
    },
    subcommands = {
      QuickstartCommand.class,
      StrategiesCommand.class,
      PlanCommand.class,
      CheckCommand.class,
      CompareCommand.class,
      BenchCommand.class,
      ImportCommand.class,
      ExportCommand.class,
      FormatsCommand.class,
      TraceCommand.class,
      ConvertCommand.class,
      WeightsCommand.class,
      RunCommand.class,
      ConfigCommand.class,
      VersionCommand.class,
      CompletionCommand.class,
    })
public final class StaggerCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the field before it runs the command
  private StaggerCommand() {}

  /**
   * Runs a command line and exits with its code.
   *
   * @param args the words after {@code stagger}
   */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** The command with all its subcommands and its manner of telling errors. */
  static CommandLine commandLine() {
    ErrorLines errors = new ErrorLines();
    CommandLine line = new CommandLine(new StaggerCommand());
    addCommonOptions(line);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    return line.setExecutionExceptionHandler(errors).setParameterExceptionHandler(errors);
  }

  private static void addCommonOptions(CommandLine command) {
    CommonOptions.addTo(command);
    command.getSubcommands().values().forEach(StaggerCommand::addCommonOptions);
  }

  /** Without a command there is nothing to do but to say which there are. */
  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return ExitCode.USAGE;
  }
}

package io.stagger.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Works with traces. */
@Command(
    name = "trace",
    description = "Import, show, cut and join traces: which experts each token went to.",
    commandListHeading = "%nCommands:%n",
    footer = {
      "  stagger run --model store --text play.txt --trace play.arrow",
      "  stagger trace info play.arrow",
      "  stagger plan --trace play.arrow --strategy eplb --ranks 8 --slots 72",
    },
    subcommands = {
      TraceImportCommand.class,
      TraceInfoCommand.class,
      TraceCutCommand.class,
      TraceLoadCommand.class,
      TraceMergeCommand.class,
    })
final class TraceCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the field before it runs the command
  TraceCommand() {}

  /** Without a command there is nothing to do but to say which there are. */
  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return ExitCode.USAGE;
  }
}

package io.stagger.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/** What every command has: help, {@code --verbose}, the headings and the exit codes of its help. */
@Command(
    synopsisHeading = "Usage: ",
    descriptionHeading = "%n",
    parameterListHeading = "%nParameters:%n",
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:the answer is no: a placement breaks a rule, weights or outputs are not the right ones, a"
          + " fallback was refused",
      "2:the command line is wrong",
      "3:a file, a value or a plug-in is wrong; nothing was written",
      "4:a defect of Stagger",
    })
@SuppressWarnings("UnusedVariable") // picocli reads the fields' annotations
final class CommonOptions {

  private static final String VERBOSE = "--verbose";

  @Option(
      order = 40,
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  private boolean help;

  @Option(
      order = 40,
      names = {"-v", VERBOSE},
      description = "Show the stack trace of an error.")
  private boolean verbose;

  /** Gives a command these options, and its help the common form. */
  static void addTo(CommandLine command) {
    command.addMixin("common", new CommonOptions());
    // By hand, because these two do not pass from a mixin to its command.
    command.getCommandSpec().usageMessage().abbreviateSynopsis(true).sortOptions(false);
  }

  /** Whether the command that was run, whichever it is, was asked for more words. */
  static boolean isVerbose(ParseResult parsed) {
    for (ParseResult at = parsed; at != null; at = at.subcommand()) {
      if (at.hasMatchedOption(VERBOSE)) {
        return true;
      }
    }
    return false;
  }
}

package io.stagger.cli;

import io.stagger.api.error.FallbackRefusedException;
import io.stagger.api.error.StaggerException;
import io.stagger.api.error.WeightMismatchException;
import io.stagger.engine.quickstart.OutputMismatchException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Turns what went wrong into one line on standard error and an exit code; the stack trace follows
 * with {@code --verbose} alone.
 */
final class ErrorLines implements IExecutionExceptionHandler, IParameterExceptionHandler {

  @Override
  public int handleExecutionException(Exception error, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    printLine(command, message(error));
    if (CommonOptions.isVerbose(parsed)) {
      error.printStackTrace(err);
    } else if (exitCode(error) == ExitCode.INTERNAL) {
      err.println("This is a defect of Stagger; --verbose shows where. Please report it.");
    }
    err.flush();
    return exitCode(error);
  }

  @Override
  public int handleParseException(ParameterException error, String[] args) {
    CommandLine command = error.getCommandLine();
    // Some of picocli's messages begin with a word that the line already begins with.
    String said = String.valueOf(error.getMessage()).replaceFirst("^Error: ", "");
    String help = "Try '" + command.getCommandSpec().qualifiedName() + " --help'.";
    printLine(command, said + (said.endsWith(".") ? " " : ". ") + suggestion(error) + help);
    command.getErr().flush();
    return ExitCode.USAGE;
  }

  private static String suggestion(ParameterException error) {
    List<String> near =
        error instanceof UnmatchedArgumentException unmatched
            ? unmatched.getSuggestions()
            : List.of();
    return near.isEmpty() ? "" : "Did you mean " + String.join(" or ", near) + "? ";
  }

  private static void printLine(CommandLine command, String message) {
    Ansi ansi = command.getColorScheme().ansi();
    command
        .getErr()
        .println(ansi.string("@|bold,red error:|@ ") + message.replaceAll("\\R+\\s*", " "));
  }

  private static String message(Exception error) {
    return switch (error) {
      case StaggerException e -> String.valueOf(e.getMessage());
      case UncheckedIOException e -> String.valueOf(e.getMessage());
      case IOException e -> e.getClass().getSimpleName() + ": " + e.getMessage();
      default -> "internal: " + error;
    };
  }

  private static int exitCode(Exception error) {
    return switch (error) {
      case FallbackRefusedException _, WeightMismatchException _, OutputMismatchException _ ->
          ExitCode.NO;
      case StaggerException _, IOException _, UncheckedIOException _ -> ExitCode.BAD_INPUT;
      default -> ExitCode.INTERNAL;
    };
  }
}

package io.stagger.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stagger.cli.output.ProgressBar;
import io.stagger.cli.output.Report;
import java.io.Console;
import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How a command prints: for people, or with {@code --json} for programs. */
final class OutputOptions {

  private static final ObjectMapper JSON = new ObjectMapper();

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(names = "--json", order = 20, description = "Print one JSON object instead of text.")
  private boolean json;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields before it runs the command
  OutputOptions() {}

  /** Prints a report to standard output. */
  void print(Report report) {
    PrintWriter out = command.commandLine().getOut();
    if (json) {
      try {
        out.println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(report.json()));
      } catch (JsonProcessingException e) {
        throw new AssertionError("a tree of JSON nodes is always JSON", e);
      }
    } else {
      report.print(out);
    }
    out.flush();
  }

  /** Tells people something that is no part of the report, on standard error. */
  void note(String line) {
    PrintWriter err = command.commandLine().getErr();
    err.println(line);
    err.flush();
  }

  /** A new progress bar on standard error. */
  ProgressBar progressBar() {
    return new ProgressBar(command.commandLine().getErr(), isTerminal());
  }

  @SuppressWarnings("SystemConsoleNull") // since JDK 25 there may again be none
  private static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }
}

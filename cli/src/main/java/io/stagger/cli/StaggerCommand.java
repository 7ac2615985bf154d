package io.stagger.cli;

import java.io.PrintWriter;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code stagger} command. */
@Command(
    name = "stagger",
    description = "Places the experts of a Mixture-of-Experts model.",
    mixinStandardHelpOptions = true,
    versionProvider = StaggerCommand.Version.class)
public final class StaggerCommand implements Runnable {
  @Spec private CommandSpec spec;

  /** For picocli, which fills in the rest. */
  @SuppressWarnings("NullAway.Init") // picocli sets the field before it runs the command
  StaggerCommand() {}

  /**
   * Runs a command line and exits with its code.
   *
   * @param args the words after {@code stagger}
   */
  public static void main(String[] args) {
    System.exit(new CommandLine(new StaggerCommand()).execute(args));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing a command.");
  }

  @Command(description = "Prints the version.")
  void version() {
    PrintWriter out = spec.commandLine().getOut();
    for (String line : new Version().getVersion()) {
      out.println(line);
    }
    out.flush();
  }

  /** The version in the jar's manifest, or "development" where classes lie in a folder. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = StaggerCommand.class.getPackage().getImplementationVersion();
      return new String[] {"stagger " + Objects.requireNonNullElse(version, "development")};
    }
  }
}

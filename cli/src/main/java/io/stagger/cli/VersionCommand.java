package io.stagger.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stagger.cli.output.Report;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Prints the version and what this machine offers. */
@Command(
    name = "version",
    description = "Print the version and what this machine offers.",
    footer = "  stagger version --json")
final class VersionCommand implements Callable<Integer> {

  @Mixin private final OutputOptions output = new OutputOptions();

  @Override
  public Integer call() {
    output.print(new VersionReport());
    return ExitCode.OK;
  }

  private record VersionReport() implements Report {
    @Override
    public void print(PrintWriter out) {
      out.println("stagger " + version());
    }

    @Override
    public ObjectNode json() {
      return JsonNodeFactory.instance.objectNode().put("version", version());
    }
  }

  /** The version in the jar's manifest, or "development" where classes lie in a folder. */
  private static String version() {
    String version = StaggerCommand.class.getPackage().getImplementationVersion();
    return Objects.requireNonNullElse(version, "development");
  }
}

package io.stagger.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** Which format of another system, and how. */
final class FormatOptions {

  @Option(
      names = "--format",
      paramLabel = "NAME",
      required = true,
      description = "The other system's format; 'stagger formats' lists them.")
  private String name;

  @Option(
      names = "--option",
      paramLabel = "NAME=VALUE",
      description = "Set an option of the format. May be repeated.")
  private final Map<String, String> options = new LinkedHashMap<>();

  @SuppressWarnings("NullAway.Init") // picocli sets the field before it runs the command
  FormatOptions() {}

  String name() {
    return name;
  }

  Map<String, String> options() {
    return options;
  }
}

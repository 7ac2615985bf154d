package io.stagger.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a command's configuration comes from, beside the environment and system properties. */
final class ConfigurationOptions {

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "A configuration file, .properties or .yaml.")
  private @Nullable Path file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Set a configuration key; stronger than every other source. May be repeated.")
  private final Map<String, String> settings = new LinkedHashMap<>();

  /** The file that was named. */
  Optional<Path> file() {
    return Optional.ofNullable(file);
  }

  /** The keys that were set, in the order of the command line. */
  Map<String, String> settings() {
    return settings;
  }
}

package io.stagger.cli;

import io.stagger.engine.config.StaggerConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a command's configuration comes from, beside the environment and system properties. */
final class ConfigurationOptions {

  @Option(
      order = 30,
      names = "--config",
      paramLabel = "FILE",
      description = "A configuration file, .properties or .yaml.")
  private @Nullable Path file;

  @Option(
      order = 30,
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Set a configuration key, above every other source. May be repeated.")
  private final Map<String, String> settings = new LinkedHashMap<>();

  /** Every source in its order: the file, the environment, system properties, {@code --set}. */
  StaggerConfig.Builder builder() {
    StaggerConfig.Builder builder = StaggerConfig.builder().process();
    if (file != null) {
      builder.file(file);
    }
    settings.forEach(builder::set);
    return builder;
  }
}

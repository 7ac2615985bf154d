package io.stagger.engine;

import io.stagger.api.Placement;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.Options;
import io.stagger.engine.config.StaggerConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Reads the options of a strategy or a backend from the configuration. */
final class ProviderOptions {

  private final StaggerConfig config;

  ProviderOptions(StaggerConfig config) {
    this.config = config;
  }

  /**
   * The options that are set or have a default.
   *
   * @param key turns an option into its key
   * @param placements reads the file of an option that is a placement
   */
  Options read(
      List<OptionSpec> options,
      UnaryOperator<OptionSpec> key,
      Function<Path, Placement> placements) {
    Options values = Options.empty();
    for (OptionSpec option : options) {
      OptionSpec whole = key.apply(option);
      Optional<String> text = config.value(whole.name()).value();
      if (text.isPresent()) {
        values = values.with(option.name(), value(whole, text.get(), placements));
      }
    }
    return values;
  }

  private Object value(OptionSpec key, String text, Function<Path, Placement> placements) {
    return switch (key.type()) {
      case PLACEMENT -> placements.apply(config.path(key).orElseThrow());
      default -> key.parse(text, config.where(key));
    };
  }
}

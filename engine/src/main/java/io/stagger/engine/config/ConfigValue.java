package io.stagger.engine.config;

import io.stagger.api.strategy.OptionSpec;
import java.util.Optional;

/**
 * A key with the value in force.
 *
 * @param spec the key's declaration; its name is the whole key
 * @param value the value as it was written; empty if nothing sets the key and it has no default
 * @param origin where the value comes from: {@code default}, {@code file stagger.yaml}, {@code
 *     environment variable STAGGER_PLACEMENT_STRATEGY}, {@code system property
 *     stagger.placement.strategy} or {@code command line}
 */
public record ConfigValue(OptionSpec spec, Optional<String> value, String origin) {

  /** The whole key: {@code placement.strategy}. */
  public String key() {
    return spec.name();
  }

  /** Whether a layer above the defaults sets it. */
  public boolean isSet() {
    return !origin.equals(Layer.DEFAULT);
  }
}

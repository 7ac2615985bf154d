package io.stagger.engine.config;

import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.commons.configuration2.Configuration;
import org.apache.commons.configuration2.MapConfiguration;

/**
 * One source of values.
 *
 * @param origin how the source names a key of it, for people
 * @param values the known keys that it sets
 */
record Layer(UnaryOperator<String> origin, Configuration values) {

  static final String DEFAULT = "default";

  static Layer of(UnaryOperator<String> origin, Map<String, String> values) {
    MapConfiguration configuration = new MapConfiguration(values);
    configuration.setTrimmingDisabled(true);
    return new Layer(origin, configuration);
  }

  String originOf(String key) {
    return origin.apply(key);
  }
}

package io.stagger.engine.config;

import io.stagger.api.error.ConfigurationException;
import io.stagger.api.error.Diagnosis;
import io.stagger.engine.io.SafeYaml;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.YAMLException;

/** Flattens a YAML document, as {@link SafeYaml} reads it, into keys and texts. */
final class YamlValues {

  private final Path file;
  private final Map<String, String> values = new TreeMap<>();

  YamlValues(Path file) {
    this.file = file;
  }

  Map<String, String> read(String document) {
    @Nullable Object root;
    try {
      root = SafeYaml.parse(document);
    } catch (YAMLException | IllegalArgumentException e) {
      throw ConfigFile.malformed(file.toString(), e);
    }
    if (root != null) {
      flatten("", root);
    }
    return values;
  }

  private void flatten(String prefix, Object node) {
    switch (node) {
      case Map<?, ?> map ->
          map.forEach((key, value) -> flatten(join(prefix, key), value == null ? "" : value));
      case String text when !prefix.isEmpty() -> {
        if (values.put(prefix, text) != null) {
          throw refused("'" + prefix + "' is set more than once", "each key once");
        }
      }
      default ->
          throw refused(
              prefix.isEmpty() ? "no keys" : "'" + prefix + "' is not a plain value",
              "keys, each with a plain value");
    }
  }

  private static String join(String prefix, Object key) {
    return prefix.isEmpty() ? String.valueOf(key) : prefix + "." + key;
  }

  private ConfigurationException refused(String problem, String expected) {
    return new ConfigurationException(Diagnosis.of(problem, file.toString()).expecting(expected));
  }
}

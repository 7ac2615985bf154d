package io.stagger.engine.config;

import io.stagger.api.error.ConfigurationException;
import io.stagger.api.error.Diagnosis;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * Flattens a YAML document into keys and texts. Every value is the text that was written: YAML's
 * own types, by which {@code on} is true and {@code 1:30} is 90, do not apply; tags that name types
 * are refused, and so are documents that nest or repeat themselves beyond need.
 */
final class YamlValues {

  private static final int MAX_DEPTH = 16;

  private final Path file;
  private final Map<String, String> values = new TreeMap<>();

  YamlValues(Path file) {
    this.file = file;
  }

  Map<String, String> read(String document) {
    Object root;
    try {
      root = parser().load(document);
    } catch (YAMLException | IllegalArgumentException e) {
      throw ConfigFile.malformed(file, e);
    }
    if (root != null) {
      flatten("", root);
    }
    return values;
  }

  private static Yaml parser() {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    options.setMaxAliasesForCollections(0);
    options.setNestingDepthLimit(MAX_DEPTH);
    DumperOptions unused = new DumperOptions();
    return new Yaml(
        new SafeConstructor(options), new Representer(unused), unused, options, new PlainText());
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

  /** Knows no type but text. */
  private static final class PlainText extends Resolver {
    @Override
    protected void addImplicitResolvers() {
      // None: every plain value stays the text that it is.
    }
  }
}

package io.stagger.engine.io;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * YAML as maps, lists and texts. Every value is the text that was written: YAML's own types, by
 * which {@code on} is true and {@code 1:30} is 90, do not apply; tags that name types are refused,
 * and so are keys that come twice and documents that nest or repeat themselves beyond need.
 */
public final class SafeYaml {

  private static final int MAX_DEPTH = 16;

  private SafeYaml() {}

  /**
   * Parses a document.
   *
   * @param document as long as the caller bears: a value takes some hundred bytes
   * @return a {@link Map}, a {@link List} or a {@link String}; null for an empty document
   * @throws YAMLException if it is malformed
   * @throws IllegalArgumentException if it has what is refused
   */
  public static @Nullable Object parse(String document) {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    options.setMaxAliasesForCollections(0);
    options.setNestingDepthLimit(MAX_DEPTH);
    options.setCodePointLimit(Integer.MAX_VALUE);
    DumperOptions unused = new DumperOptions();
    return new Yaml(
            new SafeConstructor(options), new Representer(unused), unused, options, new PlainText())
        .load(document);
  }

  /** Knows no type but text. */
  private static final class PlainText extends Resolver {
    @Override
    protected void addImplicitResolvers() {
      // None: every plain value stays the text that it is.
    }
  }
}

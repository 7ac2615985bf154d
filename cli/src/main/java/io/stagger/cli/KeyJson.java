package io.stagger.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stagger.api.strategy.OptionSpec;
import java.util.Locale;

/** The declaration of a configuration key, for programs. */
final class KeyJson {

  private KeyJson() {}

  static ObjectNode of(OptionSpec key) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("key", key.name())
        .put("type", key.type().name().toLowerCase(Locale.ROOT))
        .put("default", key.defaultValue())
        .put("allowed", key.range())
        .put("description", key.description());
  }
}

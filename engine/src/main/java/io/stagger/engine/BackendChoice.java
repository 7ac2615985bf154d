package io.stagger.engine;

import io.stagger.api.runtime.Availability;
import io.stagger.engine.plugin.BackendEntry;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which backend runs, and why.
 *
 * @param requested what {@code runtime.backend} says: {@code auto} or a name
 * @param backend the backend that was chosen
 * @param considered what each backend that was asked said of itself, in the order of asking; the
 *     chosen one is the last
 */
public record BackendChoice(
    String requested, BackendEntry backend, Map<String, Availability> considered) {

  /** Keeps its own map, in order. */
  public BackendChoice {
    considered = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(considered));
  }

  /** A sentence for people: the chosen backend's device, and why the others were passed over. */
  public String reason() {
    StringBuilder text = new StringBuilder();
    considered.forEach((name, availability) ->
        text.append(text.isEmpty() ? "" : "; ")
            .append(name)
            .append(availability.available() ? ": " : " is not available: ")
            .append(availability.detail()));
    return text.toString();
  }
}

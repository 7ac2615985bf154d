package io.stagger.engine.plugin;

import io.stagger.api.format.FormatFeature;
import io.stagger.api.format.PlacementFormat;
import io.stagger.api.strategy.OptionSpec;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A file format, as it declared itself when it was loaded.
 *
 * @param name the name that {@code --format} selects
 * @param description a sentence for people; may be empty
 * @param features what its files can carry, in the order of the enum
 * @param notes sentences for people on what the features do not say
 * @param options the options it understands
 * @param provider the format and where it came from
 */
public record FormatEntry(
    String name,
    String description,
    Set<FormatFeature> features,
    List<String> notes,
    List<OptionSpec> options,
    Provider<PlacementFormat> provider)
    implements RegistryEntry {

  /** Keeps its own collections. */
  public FormatEntry {
    EnumSet<FormatFeature> ordered = EnumSet.noneOf(FormatFeature.class);
    ordered.addAll(features);
    features = Collections.unmodifiableSet(ordered);
    notes = List.copyOf(notes);
    options = List.copyOf(options);
  }

  /** Whether its files can carry something. */
  public boolean carries(FormatFeature feature) {
    return features.contains(feature);
  }

  /** Name and origin, for messages: {@code format 'acme' (plugins/acme.jar)}. */
  public String described() {
    return "format '" + name + "' (" + origin() + ")";
  }
}

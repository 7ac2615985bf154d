package io.stagger.api.strategy;

import io.stagger.api.Placement;
import io.stagger.api.error.ConfigurationException;
import io.stagger.api.error.Diagnosis;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Values of declared options, already of their types. */
public final class Options {

  private static final Options EMPTY = new Options(Map.of());

  private final Map<String, Object> values;

  private Options(Map<String, Object> values) {
    this.values = Collections.unmodifiableMap(new TreeMap<>(values));
  }

  /** No values. */
  public static Options empty() {
    return EMPTY;
  }

  /** The defaults of the declared options. */
  public static Options defaults(Iterable<OptionSpec> specs) {
    Map<String, Object> values = new TreeMap<>();
    for (OptionSpec spec : specs) {
      if (spec.defaultValue() != null) {
        values.put(spec.name(), spec.parse(spec.defaultValue(), "default of " + spec.name()));
      }
    }
    return new Options(values);
  }

  /**
   * These options with one value set.
   *
   * @param value as {@link OptionSpec#parse} gives it, or a {@link Placement}
   */
  public Options with(String name, Object value) {
    Map<String, Object> more = new TreeMap<>(values);
    more.put(name, value);
    return new Options(more);
  }

  /** A whole number. */
  public long integer(String name) {
    return required(name, Long.class);
  }

  /** A finite number. */
  public double decimal(String name) {
    return required(name, Double.class);
  }

  /** True or false. */
  public boolean flag(String name) {
    return required(name, Boolean.class);
  }

  /** A text, a choice or a path. */
  public String text(String name) {
    return required(name, String.class);
  }

  /** A text, a choice or a path that may be absent. */
  public Optional<String> optionalText(String name) {
    return values.containsKey(name) ? Optional.of(text(name)) : Optional.empty();
  }

  /** A placement. */
  public Placement placement(String name) {
    return required(name, Placement.class);
  }

  /** Names and values, sorted by name. */
  public Map<String, Object> asMap() {
    return values;
  }

  private <T> T required(String name, Class<T> type) {
    Object value = values.get(name);
    if (value == null) {
      throw new ConfigurationException(
          Diagnosis.of("option '" + name + "' is not set", "options " + values.keySet())
              .remedy("Set it; it has no default"));
    }
    if (!type.isInstance(value)) {
      throw new ConfigurationException(
          Diagnosis.of("a " + value.getClass().getSimpleName(), "option '" + name + "'")
              .expecting("a " + type.getSimpleName()));
    }
    return type.cast(value);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Options that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString();
  }
}

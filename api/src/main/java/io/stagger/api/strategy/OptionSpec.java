package io.stagger.api.strategy;

import io.stagger.api.error.ConfigurationException;
import io.stagger.api.error.Diagnosis;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The declaration of an option or of a configuration key: its type, default, range and a sentence.
 *
 * @param name its name: a lower-case letter, then lower-case letters, digits, {@code .}, {@code -}
 *     and {@code _}
 * @param type its type
 * @param defaultValue the default as it would be written in a file; null if it has none
 * @param min the smallest number allowed, for numbers; exact for whole numbers up to 2^53
 * @param max the largest number allowed, for numbers; exact for whole numbers up to 2^53
 * @param choices the values allowed, for {@link Type#CHOICE}
 * @param description a sentence for people
 */
public record OptionSpec(
    String name,
    Type type,
    @Nullable String defaultValue,
    double min,
    double max,
    List<String> choices,
    String description) {

  /** What a value is. */
  public enum Type {
    /** Any text. */
    TEXT,
    /** A whole number of 64 bits. */
    INTEGER,
    /** A finite number. */
    DECIMAL,
    /** {@code true} or {@code false}. */
    FLAG,
    /** One of a few words. */
    CHOICE,
    /** A path of the file system. */
    PATH,
    /** A file that holds a placement; the strategy receives the placement. */
    PLACEMENT
  }

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9._-]*");

  /**
   * Checks the name, and keeps its own list.
   *
   * @throws ConfigurationException if the name could not be a key's, or a choice has no choices
   */
  public OptionSpec {
    choices = List.copyOf(choices);
    if (!NAME.matcher(name).matches()) {
      throw new ConfigurationException(
          Diagnosis.of("'" + name + "' as the name of an option", "declaration of options")
              .expecting("a lower-case letter, then lower-case letters, digits, '.', '-' and '_'"));
    }
    if (type == Type.CHOICE && choices.isEmpty()) {
      throw new ConfigurationException(
          Diagnosis.of("no choices", "declaration of option '" + name + "'")
              .expecting("at least one"));
    }
  }

  /** A text. */
  public static OptionSpec text(String name, @Nullable String defaultValue, String description) {
    return plain(name, Type.TEXT, defaultValue, description);
  }

  /** A whole number from {@code min} to {@code max}. */
  public static OptionSpec integer(
      String name, long defaultValue, long min, long max, String description) {
    return new OptionSpec(
        name, Type.INTEGER, Long.toString(defaultValue), min, max, List.of(), description);
  }

  /** A finite number from {@code min} to {@code max}. */
  public static OptionSpec decimal(
      String name, double defaultValue, double min, double max, String description) {
    return new OptionSpec(
        name, Type.DECIMAL, Double.toString(defaultValue), min, max, List.of(), description);
  }

  /** True or false. */
  public static OptionSpec flag(String name, boolean defaultValue, String description) {
    return plain(name, Type.FLAG, Boolean.toString(defaultValue), description);
  }

  /** One of {@code choices}; the first is the default. */
  public static OptionSpec choice(String name, List<String> choices, String description) {
    String first = choices.isEmpty() ? null : choices.getFirst();
    return new OptionSpec(name, Type.CHOICE, first, 0, 0, choices, description);
  }

  /** A path, without a default unless one is given. */
  public static OptionSpec path(String name, @Nullable String defaultValue, String description) {
    return plain(name, Type.PATH, defaultValue, description);
  }

  /** A placement's file, without a default. */
  public static OptionSpec placement(String name, String description) {
    return plain(name, Type.PLACEMENT, null, description);
  }

  private static OptionSpec plain(
      String name, Type type, @Nullable String defaultValue, String description) {
    return new OptionSpec(name, type, defaultValue, 0, 0, List.of(), description);
  }

  /**
   * The value that a text stands for: a {@link Long}, {@link Double}, {@link Boolean} or {@link
   * String}; for a path or a placement the text itself.
   *
   * @param where the key and where it was set, for the message
   * @throws ConfigurationException if the text is not of the type or out of range
   */
  public Object parse(String text, String where) {
    String value = text.strip();
    return switch (type) {
      case TEXT, PATH, PLACEMENT -> value;
      case INTEGER -> inRange(parseLong(value, where), where);
      case DECIMAL -> inRange(parseDouble(value, where), where);
      case FLAG -> parseFlag(value, where);
      case CHOICE -> {
        if (!choices.contains(value)) {
          throw refused(value, where);
        }
        yield value;
      }
    };
  }

  /** What is allowed, in words: {@code "a whole number from 1 to 8"}. */
  public String range() {
    return switch (type) {
      case TEXT -> "a text";
      case INTEGER -> "a whole number from " + (long) min + " to " + (long) max;
      case DECIMAL -> "a number from " + min + " to " + max;
      case FLAG -> "true or false";
      case CHOICE -> "one of " + String.join(", ", choices);
      case PATH -> "a path";
      case PLACEMENT -> "a file that holds a placement";
    };
  }

  private Long parseLong(String value, String where) {
    try {
      return Long.valueOf(value);
    } catch (NumberFormatException e) {
      throw refused(value, where);
    }
  }

  private Double parseDouble(String value, String where) {
    try {
      return Double.valueOf(value);
    } catch (NumberFormatException e) {
      throw refused(value, where);
    }
  }

  private Boolean parseFlag(String value, String where) {
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default -> throw refused(value, where);
    };
  }

  private <T extends Number> T inRange(T number, String where) {
    double value = number.doubleValue();
    if (!(value >= min && value <= max) || Double.isInfinite(value)) {
      throw refused(number.toString(), where);
    }
    return number;
  }

  private ConfigurationException refused(String value, String where) {
    return new ConfigurationException(
        Diagnosis.of("'" + value + "' is not allowed", where).expecting(range()));
  }
}

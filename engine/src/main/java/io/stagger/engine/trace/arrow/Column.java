package io.stagger.engine.trace.arrow;

import java.util.Locale;

/**
 * A column of values, or of lists that all have the same length.
 *
 * @param name unique among the columns
 * @param type of the values
 * @param listSize values of a row; 0 if a row is no list but one value
 * @param nullable whether rows may be null
 */
public record Column(String name, ElementType type, int listSize, boolean nullable) {

  /** The longest list. */
  static final int MAX_LIST = 1 << 16;

  /** A column with a value in every row. */
  public static Column of(String name, ElementType type) {
    return new Column(name, type, 0, false);
  }

  /** A column of lists. */
  public static Column ofLists(String name, ElementType type, int size) {
    return new Column(name, type, size, false);
  }

  /** This column, where rows may be null. */
  public Column orNull() {
    return new Column(name, type, listSize, true);
  }

  boolean isList() {
    return listSize > 0;
  }

  int rowBytes() {
    return type.bytes() * Math.max(1, listSize);
  }

  /** As people write it: {@code experts: fixed-size list of 464 uint8}. */
  @Override
  public String toString() {
    String value = type.name().toLowerCase(Locale.ROOT);
    return name + ": " + (isList() ? "fixed-size list of " + listSize + " " + value : value);
  }
}

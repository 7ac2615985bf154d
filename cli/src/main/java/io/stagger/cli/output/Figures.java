package io.stagger.cli.output;

import java.util.Locale;

/** Numbers as people read them, the same in every locale. */
public final class Figures {

  private static final String[] UNITS = {"bytes", "kB", "MB", "GB", "TB"};
  private static final double THOUSAND = 1000;

  private Figures() {}

  /** A ratio with four digits after the point. */
  public static String ratio(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }

  /** A share of 1 as a percentage with one digit after the point. */
  public static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", share * 100);
  }

  /** A size in decimal units: {@code 13.8 MB}. */
  public static String bytes(long count) {
    double value = count;
    int unit = 0;
    while (value >= THOUSAND && unit < UNITS.length - 1) {
      value /= THOUSAND;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", value, UNITS[unit]);
  }

  /** A whole number with separators: {@code 6,291,456}. */
  public static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}

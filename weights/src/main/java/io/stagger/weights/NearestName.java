package io.stagger.weights;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what a user may have meant. */
final class NearestName {

  private static final int MAX_LENGTH = 256;

  private NearestName() {}

  /**
   * The known name with the fewest single-character changes to the wanted one; the first of equals.
   */
  static Optional<String> to(String wanted, Collection<String> known) {
    String bounded = wanted.substring(0, Math.min(wanted.length(), MAX_LENGTH));
    return known.stream().min(Comparator.comparingInt(name -> distance(bounded, name)));
  }

  /** Levenshtein's distance, row by row. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}

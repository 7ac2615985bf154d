package io.stagger.api.error;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.TreeSet;

/** Finds the name that somebody most likely meant. */
public final class NearestName {

  /** Longer names are no typing errors, and the distance takes time by the square of the length. */
  private static final int MAX_LENGTH = 200;

  private NearestName() {}

  /**
   * The known name with the fewest edits (one character added, removed or changed) to a given one;
   * of several the first in alphabetical order. Empty if every known name differs in more than half
   * of the given name, and by more than two edits.
   */
  public static Optional<String> of(String name, Collection<String> known) {
    if (name.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    int bearable = Math.max(2, name.length() / 2);
    return new TreeSet<>(known)
        .stream()
            .filter(candidate -> candidate.length() <= MAX_LENGTH)
            .min(Comparator.comparingInt(candidate -> distance(name, candidate)))
            .filter(candidate -> distance(name, candidate) <= bearable);
  }

  /** {@code "Did you mean 'x'?"}, or what to look at if nothing is near. */
  public static String hint(String name, Collection<String> known, String otherwise) {
    return of(name, known).map(near -> "Did you mean '" + near + "'?").orElse(otherwise);
  }

  /** Levenshtein's distance: the fewest edits that lead from one name to the other. */
  public static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    int[] current = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(change, 1 + Math.min(previous[j], current[j - 1]));
      }
      int[] spare = previous;
      previous = current;
      current = spare;
    }
    return previous[b.length()];
  }
}

package io.stagger.api.error;

import java.io.Serializable;

/**
 * What every error of Stagger tells its reader.
 *
 * @param problem what was wrong, a clause without a full stop: {@code "expert 300 does not exist"}
 * @param where the place: file, key, layer, slot; empty if the problem already names it
 * @param expected what would have been right; empty if it is obvious
 * @param remedy what to do next; empty if nothing but the expectation helps
 */
public record Diagnosis(String problem, String where, String expected, String remedy)
    implements Serializable {

  /** A diagnosis with a problem and a place, to be completed with {@link #expected} and so on. */
  public static Diagnosis of(String problem, String where) {
    return new Diagnosis(problem, where, "", "");
  }

  /** The same diagnosis with a place that says more. */
  public Diagnosis at(String place) {
    return new Diagnosis(problem, place, expected, remedy);
  }

  /** The same diagnosis with what would have been right. */
  public Diagnosis expecting(String what) {
    return new Diagnosis(problem, where, what, remedy);
  }

  /** The same diagnosis with what the reader should do. */
  public Diagnosis remedy(String action) {
    return new Diagnosis(problem, where, expected, action);
  }

  /** One line: place, problem, expectation and remedy, as far as they are given. */
  public String message() {
    StringBuilder line = new StringBuilder();
    if (!where.isEmpty()) {
      line.append(where).append(": ");
    }
    line.append(problem);
    if (!expected.isEmpty()) {
      line.append("; expected ").append(expected);
    }
    if (!remedy.isEmpty()) {
      line.append(". ").append(remedy);
    }
    return line.toString();
  }
}

package io.stagger.strategies.balanced;

/**
 * The steps that the search for a layer may take; a step looks at about one replica. Counted, not
 * timed, so that the same request ends at the same step on every machine. Not thread-safe.
 */
final class Budget {

  private long limit;
  private long spent;

  void reset(long steps) {
    limit = steps;
    spent = 0;
  }

  void spend(int steps) {
    spent += steps;
  }

  boolean isSpent() {
    return spent >= limit;
  }

  long spent() {
    return spent;
  }
}

package io.stagger.api.error;

import io.stagger.api.Violation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A placement breaks a rule; {@link #violations} lists what was found, in layer and slot order. */
public final class InvalidPlacementException extends StaggerException {

  private static final long serialVersionUID = 1L;

  private final Violation[] violations;

  /**
   * An error with what was found.
   *
   * @param diagnosis the first violation, with whose placement it was
   * @param violations what was found, at least one
   */
  public InvalidPlacementException(Diagnosis diagnosis, List<Violation> violations) {
    this(diagnosis, violations, null);
  }

  /**
   * An error with what was found and the exception that led to it.
   *
   * @param diagnosis the first violation, with whose placement it was
   * @param violations what was found, at least one; none if the placement could not even be read
   */
  public InvalidPlacementException(
      Diagnosis diagnosis, List<Violation> violations, @Nullable Throwable cause) {
    super(diagnosis, cause);
    this.violations = violations.toArray(Violation[]::new);
  }

  /** What was found; at most {@link io.stagger.api.PlacementRules#LIMIT} entries. */
  public List<Violation> violations() {
    return List.of(violations);
  }
}

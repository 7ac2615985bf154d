package io.stagger.api.error;

import org.jspecify.annotations.Nullable;

/**
 * The root of every error that Stagger raises on purpose. A subclass names the thing that was
 * wrong; the {@link Diagnosis} says it in a form that a person can act on.
 */
public class StaggerException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final Diagnosis diagnosis;

  /** An error with its diagnosis and no cause. */
  public StaggerException(Diagnosis diagnosis) {
    this(diagnosis, null);
  }

  /** An error with its diagnosis and the exception that led to it. */
  public StaggerException(Diagnosis diagnosis, @Nullable Throwable cause) {
    super(diagnosis.message(), cause);
    this.diagnosis = diagnosis;
  }

  /** What was wrong, where, what was expected, what to do. */
  public Diagnosis diagnosis() {
    return diagnosis;
  }
}

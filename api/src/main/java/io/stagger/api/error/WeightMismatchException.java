package io.stagger.api.error;

import org.jspecify.annotations.Nullable;

/** A loaded slot does not hold the expert that the placement says it holds. */
public final class WeightMismatchException extends StaggerException {

  private static final long serialVersionUID = 1L;

  /** An error with its diagnosis and no cause. */
  public WeightMismatchException(Diagnosis diagnosis) {
    super(diagnosis);
  }

  /** An error with its diagnosis and the exception that led to it. */
  public WeightMismatchException(Diagnosis diagnosis, @Nullable Throwable cause) {
    super(diagnosis, cause);
  }
}

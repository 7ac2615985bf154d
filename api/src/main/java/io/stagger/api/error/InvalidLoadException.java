package io.stagger.api.error;

import org.jspecify.annotations.Nullable;

/** A load holds NaN, a negative or infinite count, ragged rows, or does not fit the model. */
public final class InvalidLoadException extends StaggerException {

  private static final long serialVersionUID = 1L;

  /** An error with its diagnosis and no cause. */
  public InvalidLoadException(Diagnosis diagnosis) {
    super(diagnosis);
  }

  /** An error with its diagnosis and the exception that led to it. */
  public InvalidLoadException(Diagnosis diagnosis, @Nullable Throwable cause) {
    super(diagnosis, cause);
  }
}

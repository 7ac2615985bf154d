package io.stagger.api.error;

import org.jspecify.annotations.Nullable;

/** An argument or a file of the caller's is unusable, and no more precise error exists for it. */
public final class InvalidInputException extends StaggerException {

  private static final long serialVersionUID = 1L;

  /** An error with its diagnosis and no cause. */
  public InvalidInputException(Diagnosis diagnosis) {
    super(diagnosis);
  }

  /** An error with its diagnosis and the exception that led to it. */
  public InvalidInputException(Diagnosis diagnosis, @Nullable Throwable cause) {
    super(diagnosis, cause);
  }
}

package io.stagger.api.error;

import org.jspecify.annotations.Nullable;

/** A trace, or a file that one is imported from, is malformed, cut off or contradicts itself. */
public final class InvalidTraceException extends StaggerException {

  private static final long serialVersionUID = 1L;

  /** An error with its diagnosis and no cause. */
  public InvalidTraceException(Diagnosis diagnosis) {
    super(diagnosis);
  }

  /** An error with its diagnosis and the exception that led to it. */
  public InvalidTraceException(Diagnosis diagnosis, @Nullable Throwable cause) {
    super(diagnosis, cause);
  }
}

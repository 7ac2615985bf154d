package io.stagger.api.error;

import org.jspecify.annotations.Nullable;

/** A strategy fell back to another while {@code placement.strict} forbids it. */
public final class FallbackRefusedException extends StaggerException {

  private static final long serialVersionUID = 1L;

  /** An error with its diagnosis and no cause. */
  public FallbackRefusedException(Diagnosis diagnosis) {
    super(diagnosis);
  }

  /** An error with its diagnosis and the exception that led to it. */
  public FallbackRefusedException(Diagnosis diagnosis, @Nullable Throwable cause) {
    super(diagnosis, cause);
  }
}

package io.stagger.api.error;

import org.jspecify.annotations.Nullable;

/** A cluster is impossible: no rank, fewer slots than experts, a speed that is not positive. */
public final class InvalidClusterException extends StaggerException {

  private static final long serialVersionUID = 1L;

  /** An error with its diagnosis and no cause. */
  public InvalidClusterException(Diagnosis diagnosis) {
    super(diagnosis);
  }

  /** An error with its diagnosis and the exception that led to it. */
  public InvalidClusterException(Diagnosis diagnosis, @Nullable Throwable cause) {
    super(diagnosis, cause);
  }
}

package io.stagger.api.error;

import org.jspecify.annotations.Nullable;

/** A checkpoint is missing, truncated, contradicts its configuration, or is not supported. */
public final class CheckpointException extends StaggerException {

  private static final long serialVersionUID = 1L;

  /** An error with its diagnosis and no cause. */
  public CheckpointException(Diagnosis diagnosis) {
    super(diagnosis);
  }

  /** An error with its diagnosis and the exception that led to it. */
  public CheckpointException(Diagnosis diagnosis, @Nullable Throwable cause) {
    super(diagnosis, cause);
  }
}

package io.stagger.api.error;

import org.jspecify.annotations.Nullable;

/**
 * A model's shape, or the configuration it is read from, contradicts itself or is not supported.
 */
public final class InvalidModelException extends StaggerException {

  private static final long serialVersionUID = 1L;

  /** An error with its diagnosis and no cause. */
  public InvalidModelException(Diagnosis diagnosis) {
    super(diagnosis);
  }

  /** An error with its diagnosis and the exception that led to it. */
  public InvalidModelException(Diagnosis diagnosis, @Nullable Throwable cause) {
    super(diagnosis, cause);
  }
}

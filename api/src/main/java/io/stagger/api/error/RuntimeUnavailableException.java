package io.stagger.api.error;

import org.jspecify.annotations.Nullable;

/** A runtime backend is unknown, or cannot run on this machine. */
public final class RuntimeUnavailableException extends StaggerException {

  private static final long serialVersionUID = 1L;

  /** An error with its diagnosis and no cause. */
  public RuntimeUnavailableException(Diagnosis diagnosis) {
    super(diagnosis);
  }

  /** An error with its diagnosis and the exception that led to it. */
  public RuntimeUnavailableException(Diagnosis diagnosis, @Nullable Throwable cause) {
    super(diagnosis, cause);
  }
}

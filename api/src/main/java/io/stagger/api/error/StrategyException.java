package io.stagger.api.error;

import org.jspecify.annotations.Nullable;

/** A strategy is unknown, failed, took too long, or answered with something unusable. */
public final class StrategyException extends StaggerException {

  private static final long serialVersionUID = 1L;

  /** An error with its diagnosis and no cause. */
  public StrategyException(Diagnosis diagnosis) {
    super(diagnosis);
  }

  /** An error with its diagnosis and the exception that led to it. */
  public StrategyException(Diagnosis diagnosis, @Nullable Throwable cause) {
    super(diagnosis, cause);
  }
}

package io.stagger.api.error;

import org.jspecify.annotations.Nullable;

/** A configuration key or a strategy's option is unknown, ill-typed or out of range. */
public final class ConfigurationException extends StaggerException {

  private static final long serialVersionUID = 1L;

  /** An error with its diagnosis and no cause. */
  public ConfigurationException(Diagnosis diagnosis) {
    super(diagnosis);
  }

  /** An error with its diagnosis and the exception that led to it. */
  public ConfigurationException(Diagnosis diagnosis, @Nullable Throwable cause) {
    super(diagnosis, cause);
  }
}

package io.stagger.api.error;

import org.jspecify.annotations.Nullable;

/** A weight store is missing, damaged, of another version, or of another model. */
public final class WeightStoreException extends StaggerException {

  private static final long serialVersionUID = 1L;

  /** An error with its diagnosis and no cause. */
  public WeightStoreException(Diagnosis diagnosis) {
    super(diagnosis);
  }

  /** An error with its diagnosis and the exception that led to it. */
  public WeightStoreException(Diagnosis diagnosis, @Nullable Throwable cause) {
    super(diagnosis, cause);
  }
}

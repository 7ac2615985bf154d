package io.stagger.weights.io;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.StaggerException;
import org.jspecify.annotations.Nullable;

/** Which typed error a fault becomes: a checkpoint's or a store's. */
@FunctionalInterface
public interface Failure {

  /** The error to throw. */
  StaggerException of(Diagnosis diagnosis, @Nullable Throwable cause);

  /** The error to throw where nothing else caused it. */
  default StaggerException of(Diagnosis diagnosis) {
    return of(diagnosis, null);
  }
}

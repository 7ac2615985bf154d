package io.stagger.engine.quickstart;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.StaggerException;

/** A placement changed what the model computes. It must not, ever. */
public final class OutputMismatchException extends StaggerException {

  private static final long serialVersionUID = 1L;

  /** An error with its diagnosis and no cause. */
  public OutputMismatchException(Diagnosis diagnosis) {
    super(diagnosis);
  }
}

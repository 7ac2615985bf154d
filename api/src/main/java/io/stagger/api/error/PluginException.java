package io.stagger.api.error;

import org.jspecify.annotations.Nullable;

/** A plug-in jar could not be loaded, or two providers claim one name. */
public final class PluginException extends StaggerException {

  private static final long serialVersionUID = 1L;

  /** An error with its diagnosis and no cause. */
  public PluginException(Diagnosis diagnosis) {
    super(diagnosis);
  }

  /** An error with its diagnosis and the exception that led to it. */
  public PluginException(Diagnosis diagnosis, @Nullable Throwable cause) {
    super(diagnosis, cause);
  }
}

package io.stagger.engine.plugin;

import io.stagger.api.error.Diagnosis;
import java.util.Optional;

/**
 * Why a jar, or a provider in it, is not used.
 *
 * @param diagnosis what was wrong; its place is the jar and, where it got that far, the class
 * @param cause what was thrown, if something was
 */
public record PluginProblem(Diagnosis diagnosis, Optional<Throwable> cause) {

  /** A problem that nothing was thrown for. */
  static PluginProblem of(Diagnosis diagnosis) {
    return new PluginProblem(diagnosis, Optional.empty());
  }

  /** One line for people. */
  public String message() {
    return diagnosis.message();
  }
}

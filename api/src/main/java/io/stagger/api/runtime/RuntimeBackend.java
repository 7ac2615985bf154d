package io.stagger.api.runtime;

import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.Options;
import java.util.List;

/**
 * A kind of machine that MoE layers can run on. A provider needs a public constructor without
 * parameters that touches no device. May be called from any thread.
 */
public interface RuntimeBackend {

  /** The name that {@code runtime.backend} selects, as {@code cpu}. */
  String name();

  /** Whether it can run here, and if not, why. */
  Availability availability(Options options);

  /**
   * Opens a runtime: loads the ranks' weights and proves that each slot holds its expert.
   *
   * @throws io.stagger.api.error.RuntimeUnavailableException if it cannot run here
   * @throws io.stagger.api.error.StaggerException if weights and placement do not agree
   */
  MoeRuntime open(RuntimeRequest request);

  /**
   * The options it understands. Configuration key {@code runtime.<name>.<option>} sets one; a
   * request holds a value for each that is set or has a default.
   */
  default List<OptionSpec> options() {
    return List.of();
  }
}

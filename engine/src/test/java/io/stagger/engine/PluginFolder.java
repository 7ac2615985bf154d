package io.stagger.engine;

import static org.assertj.core.api.Assertions.catchThrowable;

import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import io.stagger.engine.config.StaggerConfig;
import java.nio.file.Path;

/**
 * A folder of plug-in jars, and what a small plan with them leads to.
 *
 * @param path the value of {@code plugins.directory}
 */
record PluginFolder(Path path) {

  /** Two layers of eight experts on four ranks. */
  static final PlanRequest REQUEST =
      PlanRequest.of(ModelShape.of(2, 8, 2, 1, 1), Cluster.of(1, 4, 8));

  /** Opens a Stagger with these plug-ins and further settings, {@code key=value} each. */
  Stagger open(String... settings) {
    StaggerConfig.Builder config =
        StaggerConfig.builder().set("plugins.directory", path.toString());
    for (String setting : settings) {
      config.set(setting);
    }
    return Stagger.open(config.build());
  }

  /** The error that a plan with a strategy ends in; null if it does not. */
  Throwable planFails(String strategy, String... settings) {
    try (Stagger stagger = open(settings)) {
      return catchThrowable(() -> stagger.plan(REQUEST.withStrategy(strategy)));
    }
  }
}

package io.stagger.engine.plugin;

import io.stagger.api.format.PlacementFormat;
import io.stagger.api.runtime.ReplicaPolicy;
import io.stagger.api.runtime.RuntimeBackend;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.api.text.LanguageModelProvider;
import java.util.List;

/** The interfaces that a jar may provide. */
final class Spi {

  static final List<Class<?>> ALL =
      List.of(
          PlacementStrategy.class,
          RuntimeBackend.class,
          ReplicaPolicy.class,
          LanguageModelProvider.class,
          PlacementFormat.class);

  private Spi() {}

  static String serviceFile(Class<?> spi) {
    return "META-INF/services/" + spi.getName();
  }
}

package io.stagger.engine.plugin;

import java.util.List;

/** What a registry knows of each of its providers. */
public interface RegistryEntry {

  /** The name that selects it. */
  String name();

  /** The provider and where it came from. */
  Provider<?> provider();

  /** Other names that select it. */
  default List<String> aliases() {
    return List.of();
  }

  /** Its jar, or {@code class path} with the place in it. */
  default String origin() {
    return provider().origin();
  }
}

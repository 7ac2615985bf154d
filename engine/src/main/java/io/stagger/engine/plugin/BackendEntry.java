package io.stagger.engine.plugin;

import io.stagger.api.runtime.RuntimeBackend;
import io.stagger.api.strategy.OptionSpec;
import java.util.List;

/**
 * A runtime backend, as it declared itself when it was loaded.
 *
 * @param name the name that {@code runtime.backend} selects
 * @param options the options it understands
 * @param provider the backend and where it came from
 */
public record BackendEntry(String name, List<OptionSpec> options, Provider<RuntimeBackend> provider)
    implements RegistryEntry {

  /** Keeps its own list. */
  public BackendEntry {
    options = List.copyOf(options);
  }
}

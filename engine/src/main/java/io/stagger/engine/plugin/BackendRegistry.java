package io.stagger.engine.plugin;

import io.stagger.api.error.RuntimeUnavailableException;
import io.stagger.api.runtime.RuntimeBackend;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.engine.config.ConfigKeys;
import java.util.ArrayList;
import java.util.List;

/** The runtime backends by name. Immutable; may be used from any thread. */
public final class BackendRegistry {

  private final Names<BackendEntry> names;

  private BackendRegistry(Names<BackendEntry> names) {
    this.names = names;
  }

  /**
   * The backends that were found.
   *
   * @throws io.stagger.api.error.PluginException if two claim one name
   */
  public static BackendRegistry of(Plugins plugins) {
    List<PluginProblem> problems = new ArrayList<>(plugins.problems());
    List<BackendEntry> entries =
        Declaration.entries(
            plugins.of(RuntimeBackend.class),
            declared ->
                new BackendEntry(
                    declared.name(RuntimeBackend::name),
                    declared.options(RuntimeBackend::options),
                    declared.provider()),
            problems);
    return new BackendRegistry(new Names<>("runtime backend", entries, problems));
  }

  /** Every backend, by name. */
  public List<BackendEntry> all() {
    return names.all();
  }

  /**
   * The backend of a name.
   *
   * @throws RuntimeUnavailableException if there is none; it lists the known ones and the nearest
   */
  public BackendEntry find(String name) {
    return names.find(name, RuntimeUnavailableException::new);
  }

  /** Plug-in jars and backends that are not used, and why. */
  public List<PluginProblem> problems() {
    return names.problems();
  }

  /** The configuration keys of the backends' options. */
  public List<OptionSpec> keys() {
    return all().stream()
        .flatMap(entry ->
            entry.options().stream().map(option -> ConfigKeys.backendOption(entry.name(), option)))
        .toList();
  }
}

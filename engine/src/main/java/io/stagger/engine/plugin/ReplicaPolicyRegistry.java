package io.stagger.engine.plugin;

import io.stagger.api.error.ConfigurationException;
import io.stagger.api.runtime.ReplicaPolicy;
import java.util.ArrayList;
import java.util.List;

/** The replica policies by name. Immutable; may be used from any thread. */
public final class ReplicaPolicyRegistry {

  private final Names<ReplicaPolicyEntry> names;

  private ReplicaPolicyRegistry(Names<ReplicaPolicyEntry> names) {
    this.names = names;
  }

  /**
   * The policies that were found.
   *
   * @throws io.stagger.api.error.PluginException if two claim one name
   */
  public static ReplicaPolicyRegistry of(Plugins plugins) {
    List<PluginProblem> problems = new ArrayList<>(plugins.problems());
    List<ReplicaPolicyEntry> entries =
        Declaration.entries(
            plugins.of(ReplicaPolicy.class),
            declared ->
                new ReplicaPolicyEntry(declared.name(ReplicaPolicy::name), declared.provider()),
            problems);
    return new ReplicaPolicyRegistry(new Names<>("replica policy", entries, problems));
  }

  /** Every policy, by name. */
  public List<ReplicaPolicyEntry> all() {
    return names.all();
  }

  /**
   * The policy of a name.
   *
   * @throws ConfigurationException if there is none; it lists the known ones and the nearest
   */
  public ReplicaPolicyEntry find(String name) {
    return names.find(name, ConfigurationException::new);
  }

  /** Plug-in jars and policies that are not used, and why. */
  public List<PluginProblem> problems() {
    return names.problems();
  }
}

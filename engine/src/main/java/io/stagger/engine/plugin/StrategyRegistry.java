package io.stagger.engine.plugin;

import io.stagger.api.error.PluginException;
import io.stagger.api.error.StrategyException;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.engine.config.ConfigKeys;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The strategies by name. Immutable; may be used from any thread. */
public final class StrategyRegistry {

  private final Names<StrategyEntry> names;

  private StrategyRegistry(Names<StrategyEntry> names) {
    this.names = names;
  }

  /**
   * The strategies that were found, and some that a program adds itself.
   *
   * @param added strategies that no service file names; their origin is {@code program}
   * @throws PluginException if two strategies claim one name or alias; it names both classes and
   *     where they come from
   */
  public static StrategyRegistry of(Plugins plugins, Collection<PlacementStrategy> added) {
    List<Provider<PlacementStrategy>> providers =
        new ArrayList<>(plugins.of(PlacementStrategy.class));
    added.forEach(strategy -> providers.add(new Provider<>(strategy, "program")));
    List<PluginProblem> problems = new ArrayList<>(plugins.problems());
    List<StrategyEntry> entries = Declaration.entries(providers, StrategyRegistry::entry, problems);
    return new StrategyRegistry(new Names<>("strategy", entries, problems));
  }

  private static StrategyEntry entry(Declaration<PlacementStrategy> declared) {
    return new StrategyEntry(
        declared.name(PlacementStrategy::name),
        declared.aliases(PlacementStrategy::aliases),
        declared.ask("description()", PlacementStrategy::description),
        declared.ask("traits()", PlacementStrategy::traits),
        declared.options(PlacementStrategy::options),
        declared.provider());
  }

  /** Every strategy, by name. */
  public List<StrategyEntry> all() {
    return names.all();
  }

  /**
   * The strategy of a name or an alias.
   *
   * @throws StrategyException if there is none; it lists the known ones, the nearest, and the
   *     plug-ins that could not be used
   */
  public StrategyEntry find(String name) {
    return names.find(name, StrategyException::new);
  }

  /** Plug-in jars and strategies that are not used, and why. */
  public List<PluginProblem> problems() {
    return names.problems();
  }

  /** The configuration keys of the strategies' options. */
  public List<OptionSpec> keys() {
    return all().stream()
        .flatMap(entry ->
            entry.options().stream().map(option -> ConfigKeys.strategyOption(entry.name(), option)))
        .toList();
  }
}

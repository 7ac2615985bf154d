package io.stagger.engine.plugin;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.api.strategy.StrategyTraits;
import java.util.List;

/**
 * A strategy, as it declared itself when it was loaded.
 *
 * @param name the name that {@code placement.strategy} selects
 * @param aliases other names that select it
 * @param description a sentence for people; may be empty
 * @param traits what it needs and can do
 * @param options the options it understands
 * @param provider the strategy and where it came from
 */
public record StrategyEntry(
    String name,
    List<String> aliases,
    String description,
    StrategyTraits traits,
    List<OptionSpec> options,
    Provider<PlacementStrategy> provider)
    implements RegistryEntry {

  /** Keeps its own lists. */
  public StrategyEntry {
    aliases = List.copyOf(aliases);
    options = List.copyOf(options);
  }

  /** What it means that a class of the strategy could not be loaded or linked. */
  public Diagnosis diagnose(LinkageError thrown) {
    return LoadFailure.diagnose(described(), thrown);
  }

  /** Name and origin, for messages: {@code strategy 'acme.greedy' (plugins/acme.jar)}. */
  public String described() {
    return "strategy '" + name + "' (" + origin() + ")";
  }
}

package io.stagger.engine.config;

import io.stagger.api.error.NearestName;
import io.stagger.api.strategy.OptionSpec;
import java.util.Collection;
import java.util.List;

/**
 * The configuration keys of Stagger itself, each declared once. Two families join them when the
 * providers are known: {@code placement.<strategy>.<option>} and {@code
 * runtime.<backend>.<option>}, see {@link #strategyOption} and {@link #backendOption}.
 */
public final class ConfigKeys {

  /** Which strategy plans. */
  public static final OptionSpec PLACEMENT_STRATEGY =
      OptionSpec.text(
          "placement.strategy",
          "auto",
          "The strategy that plans; 'stagger strategies' lists them.");

  /** Whether a fallback is an error. */
  public static final OptionSpec PLACEMENT_STRICT =
      OptionSpec.flag(
          "placement.strict", false, "Whether it is an error if a strategy falls back to another.");

  /** How long a strategy may take. */
  public static final OptionSpec PLACEMENT_TIMEOUT =
      OptionSpec.decimal(
          "placement.timeout", 60, 0.001, 86_400, "Seconds that a strategy has to answer.");

  /** Where plug-in jars are. */
  public static final OptionSpec PLUGINS_DIRECTORY =
      OptionSpec.path(
          "plugins.directory",
          "plugins",
          "The folder of plug-in jars, relative to the working directory; the default may be"
              + " missing.");

  /** Which backend runs the MoE layers. */
  public static final OptionSpec RUNTIME_BACKEND =
      OptionSpec.text(
          "runtime.backend",
          "auto",
          "The backend that runs the MoE layers; auto takes the best one that is available.");

  /** How a token chooses among an expert's replicas. */
  public static final OptionSpec RUNTIME_REPLICAS =
      OptionSpec.text(
          "runtime.replicas", "hash", "The policy that chooses among the replicas of an expert.");

  /** How many nodes. */
  public static final OptionSpec CLUSTER_NODES =
      OptionSpec.integer("cluster.nodes", 1, 1, 65_536, "Nodes; a divisor of the ranks.");

  /** How many ranks. */
  public static final OptionSpec CLUSTER_RANKS =
      OptionSpec.integer("cluster.ranks", 8, 1, 65_536, "Expert-parallel ranks over all nodes.");

  /** How many slots. */
  public static final OptionSpec CLUSTER_SLOTS =
      OptionSpec.integer(
          "cluster.slots",
          0,
          0,
          1 << 24,
          "Physical experts of a layer over all ranks; 0 for one slot an expert.");

  private ConfigKeys() {}

  /** All keys of Stagger itself, in the order in which they are explained. */
  public static List<OptionSpec> all() {
    return List.of(
        PLACEMENT_STRATEGY,
        PLACEMENT_STRICT,
        PLACEMENT_TIMEOUT,
        PLUGINS_DIRECTORY,
        RUNTIME_BACKEND,
        RUNTIME_REPLICAS,
        CLUSTER_NODES,
        CLUSTER_RANKS,
        CLUSTER_SLOTS);
  }

  /** The declaration of a strategy's option as a key: {@code placement.<strategy>.<option>}. */
  public static OptionSpec strategyOption(String strategy, OptionSpec option) {
    return named("placement." + strategy + "." + option.name(), option);
  }

  /** The declaration of a backend's option as a key: {@code runtime.<backend>.<option>}. */
  public static OptionSpec backendOption(String backend, OptionSpec option) {
    return named("runtime." + backend + "." + option.name(), option);
  }

  /** Whether a key may belong to a strategy or a backend that is not known yet. */
  static boolean isProviderKey(String key) {
    String[] parts = key.split("\\.", 3);
    return parts.length == 3 && (parts[0].equals("placement") || parts[0].equals("runtime"));
  }

  /**
   * Whether a name that Stagger shares with others, as those of system properties, was meant as a
   * key: it begins as known keys do, or is a known key but for two typing errors.
   */
  static boolean isMeantAsKey(String name, Collection<String> known) {
    String family = name.substring(0, Math.max(0, name.indexOf('.')));
    return known.stream()
        .anyMatch(key -> key.startsWith(family + ".") || NearestName.distance(name, key) <= 2);
  }

  private static OptionSpec named(String key, OptionSpec option) {
    return new OptionSpec(
        key,
        option.type(),
        option.defaultValue(),
        option.min(),
        option.max(),
        option.choices(),
        option.description());
  }
}

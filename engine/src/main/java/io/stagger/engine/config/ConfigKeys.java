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

  /** A load as it was counted. */
  public static final String ESTIMATE_COUNTS = "counts";

  /** A quantile over the windows of a load. */
  public static final String ESTIMATE_QUANTILE = "quantile";

  /** The mean over the windows of a load, and some deviations more. */
  public static final String ESTIMATE_DEVIATION = "deviation";

  /** Which load is planned for. */
  public static final OptionSpec LOAD_ESTIMATE =
      OptionSpec.choice(
          "load.estimate",
          List.of(ESTIMATE_COUNTS, ESTIMATE_QUANTILE, ESTIMATE_DEVIATION),
          "Which load is planned for: the counts; of an expert's shares in the windows of the load"
              + " a quantile; or their mean and some deviations more.");

  /** Which quantile over the windows. */
  public static final OptionSpec LOAD_QUANTILE =
      OptionSpec.decimal(
          "load.quantile", 0.9, 0, 1, "The quantile, for load.estimate=quantile; 1 is the peak.");

  /** How many deviations above the mean over the windows. */
  public static final OptionSpec LOAD_DEVIATIONS =
      OptionSpec.decimal(
          "load.deviations",
          0.5,
          0,
          100,
          "How many standard deviations are added, for load.estimate=deviation.");

  /** How far counts are drawn toward a mean. */
  public static final OptionSpec LOAD_SHRINK =
      OptionSpec.decimal(
          "load.shrink",
          0,
          0,
          1,
          "How far the load that is planned for is drawn toward a mean; 0 not at all, 1 all the"
              + " way.");

  /** Toward the mean of the expert's group. */
  public static final String SHRINK_TO_GROUP = "group";

  /** Toward which mean. */
  public static final OptionSpec LOAD_SHRINK_TO =
      OptionSpec.choice(
          "load.shrink-to",
          List.of("layer", SHRINK_TO_GROUP),
          "The mean that load.shrink draws toward: that of the layer, or of the expert group.");

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
        LOAD_ESTIMATE,
        LOAD_QUANTILE,
        LOAD_DEVIATIONS,
        LOAD_SHRINK,
        LOAD_SHRINK_TO,
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

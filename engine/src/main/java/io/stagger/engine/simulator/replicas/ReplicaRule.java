package io.stagger.engine.simulator.replicas;

import io.stagger.api.error.ConfigurationException;
import io.stagger.api.error.Diagnosis;
import java.util.Arrays;
import java.util.List;

/** The ways to share tokens among replicas, each with the name that selects it. */
public enum ReplicaRule {
  /** By a hash of the token's position in its rank's batch, as vLLM does. */
  HASH("hash", "vLLM's: by a hash of the token's position in its rank's batch."),

  /** Each rank keeps to one replica of each expert, a near one, as SGLang's {@code static}. */
  STATIC("static", "SGLang's static: each rank keeps to one replica, a near one."),

  /** By chance among the nearest replicas, as SGLang's {@code dynamic}. */
  DYNAMIC("dynamic", "SGLang's dynamic: by chance among the nearest replicas."),

  /** The replica whose rank has the least to do so far. */
  LEAST_LOADED("least-loaded", "The replica whose rank has the least to do in this step so far."),

  /** In fixed shares, which are the best for the load that was planned with. */
  WEIGHTED("weighted", "In fixed shares, the best ones for the load that the plan was made with."),

  /** In the shares that are the best for each step, by a linear program. */
  OPTIMAL("optimal", "In the shares that a linear program finds best for each step."),

  /**
   * One replica of each expert a step, so that the ranks read as few experts' weights as can be.
   */
  LEAST_ACTIVATED(
      "least-activated",
      "One replica of each expert a step, so that no rank reads the weights of many experts.");

  private final String label;
  private final String description;

  ReplicaRule(String label, String description) {
    this.label = label;
    this.description = description;
  }

  /** The name that selects it. */
  public String label() {
    return label;
  }

  /** A sentence for people. */
  public String description() {
    return description;
  }

  /** All names. */
  public static List<String> labels() {
    return Arrays.stream(values()).map(ReplicaRule::label).toList();
  }

  /**
   * The rule of a name.
   *
   * @throws ConfigurationException if there is none; it lists those there are
   */
  public static ReplicaRule of(String label) {
    return Arrays.stream(values())
        .filter(rule -> rule.label.equals(label))
        .findFirst()
        .orElseThrow(() ->
            new ConfigurationException(
                Diagnosis.of("there is no replica policy '" + label + "'", "replica policy")
                    .expecting("one of " + String.join(", ", labels()))));
  }

  /**
   * A chooser for a layer.
   *
   * @param plannedLoad tokens of each expert in the window that the placement was planned with,
   *     {@code [experts]}
   */
  public ReplicaChooser chooser(PlacedLayer layer, double[] plannedLoad) {
    return switch (this) {
      case HASH -> new PositionHash(layer);
      case STATIC -> new StaticNearest(layer);
      case DYNAMIC -> new DynamicNearest(layer);
      case LEAST_LOADED -> new LeastLoaded(layer);
      case WEIGHTED -> new WeightedShares(layer, plannedLoad);
      case OPTIMAL -> new OptimalShares(layer);
      case LEAST_ACTIVATED -> new LeastActivated(layer);
    };
  }
}

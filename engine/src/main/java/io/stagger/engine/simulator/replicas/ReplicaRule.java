package io.stagger.engine.simulator.replicas;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The simulator's own ways to share tokens among replicas. */
public enum ReplicaRule implements Replicas {
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

  @Override
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

  /** The rule of a name; empty if there is none. */
  public static Optional<ReplicaRule> of(String label) {
    return Arrays.stream(values()).filter(rule -> rule.label.equals(label)).findFirst();
  }

  @Override
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

package io.stagger.engine.simulator;

import io.stagger.api.Cluster;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidClusterException;
import io.stagger.engine.simulator.cost.CostModel;
import io.stagger.engine.simulator.replicas.Replicas;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What to compare, and how.
 *
 * @param cluster nodes, ranks, slots; at most {@value #MAX_RANKS} ranks
 * @param strategies names of strategies; {@code linear}, which the others are compared with, is
 *     always among them
 * @param windows how many windows of equally many tokens the trace is cut into, 2 to 4,096
 * @param batching how tokens are put together to steps
 * @param replicas how tokens are shared among replicas
 * @param costs what a step takes; absent if that is not asked
 */
public record SimulationSpec(
    Cluster cluster,
    List<String> strategies,
    int windows,
    Batching batching,
    Replicas replicas,
    Optional<CostModel> costs) {

  /** The most ranks: traffic is kept for each pair. */
  public static final int MAX_RANKS = 1_024;

  /** What every strategy is compared with. */
  public static final String BASE = "linear";

  /**
   * Keeps its own list, in which the base is the first and no name is twice.
   *
   * @throws InvalidClusterException if there are too many ranks, or more on a node than the
   *     hardware has
   */
  public SimulationSpec {
    if (cluster.ranks() > MAX_RANKS) {
      throw new InvalidClusterException(
          Diagnosis.of(cluster.ranks() + " ranks", "comparison")
              .expecting("at most " + MAX_RANKS + ", since traffic is kept for each pair"));
    }
    costs.ifPresent(model -> model.requireFits(cluster));
    strategies = Stream.concat(Stream.of(BASE), strategies.stream()).distinct().toList();
  }
}

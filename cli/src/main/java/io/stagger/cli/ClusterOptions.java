package io.stagger.cli;

import io.stagger.api.Cluster;
import io.stagger.api.SlotLayout;
import io.stagger.engine.config.ConfigKeys;
import io.stagger.engine.config.StaggerConfig;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which cluster: how many nodes, ranks and slots, and what is special about some of them. */
final class ClusterOptions {

  @Option(
      order = 10,
      names = "--nodes",
      paramLabel = "N",
      description = "Nodes, as --set cluster.nodes=N.")
  private @Nullable Integer nodes;

  @Option(
      order = 10,
      names = "--ranks",
      paramLabel = "N",
      description = "Ranks over all nodes, as --set cluster.ranks=N.")
  private @Nullable Integer ranks;

  @Option(
      order = 10,
      names = "--slots",
      paramLabel = "N",
      description =
          "Physical experts of a layer over all ranks, redundant ones included, as --set"
              + " cluster.slots=N.")
  private @Nullable Integer slots;

  @Option(
      order = 10,
      names = "--slots-per-rank",
      paramLabel = "N",
      split = ",",
      description = "Slots of rank 0, 1, ... where they differ; instead of --ranks and --slots.")
  private int @Nullable [] slotsPerRank;

  @Option(
      order = 10,
      names = "--ranks-down",
      paramLabel = "RANK",
      split = ",",
      description = "Ranks that are down, from 0; they get no expert.")
  private int @Nullable [] ranksDown;

  @Option(
      order = 10,
      names = "--speeds",
      paramLabel = "X",
      split = ",",
      description = "Relative speed of rank 0, 1, ...; default 1 each.")
  private double @Nullable [] speeds;

  /** Puts what was given above every other source of the {@code cluster.} keys. */
  void configure(StaggerConfig.Builder builder) {
    set(builder, ConfigKeys.CLUSTER_NODES.name(), nodes);
    set(builder, ConfigKeys.CLUSTER_RANKS.name(), ranks);
    set(builder, ConfigKeys.CLUSTER_SLOTS.name(), slots);
  }

  private static void set(StaggerConfig.Builder builder, String key, @Nullable Integer value) {
    if (value != null) {
      builder.set(key, value.toString());
    }
  }

  /** Whether the command line says how many ranks there are, or how their slots lie. */
  boolean saysRanks() {
    return ranks != null || slotsPerRank != null;
  }

  /**
   * The cluster of the configuration, with what the command line says of single ranks.
   *
   * @param slotsOtherwise physical experts of a layer where {@code cluster.slots} is 0
   */
  Cluster cluster(StaggerConfig config, int slotsOtherwise) {
    int slotsInAll = Math.toIntExact(config.integer(ConfigKeys.CLUSTER_SLOTS));
    SlotLayout layout =
        slotsPerRank == null
            ? SlotLayout.even(
                Math.toIntExact(config.integer(ConfigKeys.CLUSTER_RANKS)),
                slotsInAll == 0 ? slotsOtherwise : slotsInAll)
            : SlotLayout.of(slotsPerRank);
    int nodesInAll = Math.toIntExact(config.integer(ConfigKeys.CLUSTER_NODES));
    return withRanks(Cluster.of(nodesInAll, layout));
  }

  /** A cluster that is known, but for what the command line says otherwise. */
  Cluster clusterOver(int knownNodes, SlotLayout known) {
    SlotLayout layout = slots == null || slots == 0 ? known : SlotLayout.even(known.ranks(), slots);
    return withRanks(Cluster.of(nodes == null ? knownNodes : nodes, layout));
  }

  private Cluster withRanks(Cluster cluster) {
    Cluster paced = speeds == null ? cluster : cluster.withSpeeds(speeds);
    return ranksDown == null ? paced : paced.withRanksDown(ranksDown);
  }
}

package io.stagger.strategies.eplb;

import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the balancer may do with the experts of a group. */
enum Policy {
  /** They share a node. */
  HIERARCHICAL,
  /** They may lie anywhere. */
  GLOBAL;

  /** The option's value that leaves the choice to the strategy. */
  static final String AUTO = "auto";

  /** The option's values, the default first. */
  static List<String> choices() {
    return List.of(AUTO, HIERARCHICAL.word(), GLOBAL.word());
  }

  /** The policy in the words of the option. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Why the hierarchical policy cannot be used for a model on a cluster; empty if it can. */
  static Optional<Obstacle> obstacleToHierarchy(ModelShape model, Cluster cluster) {
    if (model.groups() % cluster.nodes() != 0) {
      return Optional.of(
          new Obstacle(
              "GROUPS_NOT_DIVISIBLE_BY_NODES",
              "the number of expert groups, %d, is not a multiple of the number of nodes, %d"
                  .formatted(model.groups(), cluster.nodes())));
    }
    int up = cluster.ranksUp().length;
    if (up < cluster.ranks()) {
      return Optional.of(
          new Obstacle(
              "RANKS_DOWN",
              "%d of %d ranks are down".formatted(cluster.ranks() - up, cluster.ranks())));
    }
    if (Arrays.stream(cluster.layout().slotsPerRank()).distinct().count() > 1) {
      return Optional.of(new Obstacle("UNEVEN_SLOTS", "ranks differ in their number of slots"));
    }
    return Optional.empty();
  }

  /**
   * Why a policy cannot be used.
   *
   * @param reason a stable code
   * @param detail a sentence for people
   */
  record Obstacle(String reason, String detail) {}
}

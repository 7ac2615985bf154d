package io.stagger.api.runtime;

import io.stagger.api.Cluster;
import io.stagger.api.Placement;

/**
 * Chooses, for each choice of each token, which replica of its expert computes it. The choice moves
 * work, never results. Deterministic: the same arguments give the same slots.
 *
 * <p>Found through {@link java.util.ServiceLoader}; a provider needs a public constructor without
 * parameters. May be called from several threads at once.
 */
public interface ReplicaPolicy {

  /** The name that {@code runtime.replicas} selects. */
  String name();

  /**
   * Chooses slots.
   *
   * @param placement where the replicas are
   * @param cluster which ranks share a node
   * @param layer index of the MoE layer
   * @param routing the tokens' experts
   * @param sourceRank the rank that the tokens come from
   * @return a slot for each choice, {@code [tokens][topK]} row-major; each holds the choice's
   *     expert
   */
  int[] choose(Placement placement, Cluster cluster, int layer, Routing routing, int sourceRank);
}

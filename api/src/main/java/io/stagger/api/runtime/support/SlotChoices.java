package io.stagger.api.runtime.support;

import io.stagger.api.Cluster;
import io.stagger.api.Placement;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.PluginException;
import io.stagger.api.runtime.ReplicaPolicy;
import io.stagger.api.runtime.Routing;
import io.stagger.api.runtime.TokenBatch;

/** The slot that computes each choice of a batch, as a replica policy chose it. */
public final class SlotChoices {

  private SlotChoices() {}

  /**
   * Asks a policy and checks its answer.
   *
   * @throws PluginException if a slot does not hold its choice's expert
   */
  public static int[] choose(
      ReplicaPolicy policy,
      Placement placement,
      Cluster cluster,
      TokenBatch batch,
      Routing routing) {
    return choose(policy, placement, cluster, batch.layer(), routing, batch.sourceRank());
  }

  /**
   * Likewise, without the tokens themselves.
   *
   * @param layer index of the MoE layer
   * @param sourceRank the rank that the tokens come from
   */
  public static int[] choose(
      ReplicaPolicy policy,
      Placement placement,
      Cluster cluster,
      int layer,
      Routing routing,
      int sourceRank) {
    int[] slots = policy.choose(placement, cluster, layer, routing, sourceRank);
    int choices = routing.tokens() * routing.topK();
    if (slots.length != choices) {
      throw new PluginException(
          Diagnosis.of(slots.length + " slots", "replica policy '" + policy.name() + "'")
              .expecting(choices + ", one for each choice"));
    }
    for (int i = 0; i < choices; i++) {
      int expert = routing.expert(i / routing.topK(), i % routing.topK());
      boolean holds =
          slots[i] >= 0
              && slots[i] < placement.slots()
              && placement.logicalAt(layer, slots[i]) == expert;
      if (!holds) {
        throw new PluginException(
            Diagnosis.of(
                    "slot " + slots[i] + " for expert " + expert,
                    "replica policy '%s', layer %d, token %d"
                        .formatted(policy.name(), layer, i / routing.topK()))
                .expecting("a slot that holds the expert"));
      }
    }
    return slots;
  }
}

package io.stagger.engine.simulator.replicas;

import io.stagger.api.runtime.Routing;
import io.stagger.api.runtime.support.SlotChoices;
import io.stagger.engine.plugin.ReplicaPolicyEntry;
import java.util.Arrays;

/**
 * Asks a runtime's policy, rank by rank, and checks its answers. Traces need not have the router's
 * weights, so all of a token's are said to be equal.
 */
final class RuntimeChoices implements ReplicaChooser {

  private final ReplicaPolicyEntry policy;
  private final PlacedLayer layer;

  RuntimeChoices(ReplicaPolicyEntry policy, PlacedLayer layer) {
    this.policy = policy;
    this.layer = layer;
  }

  @Override
  public void choose(LayerBatch batch, int[] slots) {
    int[] counts = new int[layer.ranks()];
    for (int token = 0; token < batch.step().size(); token++) {
      counts[batch.step().home(token)]++;
    }
    for (int rank = 0; rank < counts.length; rank++) {
      if (counts[rank] > 0) {
        choose(batch, rank, counts[rank], slots);
      }
    }
  }

  private void choose(LayerBatch batch, int rank, int tokens, int[] slots) {
    int topK = batch.topK();
    int[] experts = new int[tokens * topK];
    int[] from = new int[tokens];
    int count = 0;
    for (int token = 0; token < batch.step().size(); token++) {
      if (batch.step().home(token) == rank) {
        for (int choice = 0; choice < topK; choice++) {
          experts[count * topK + choice] = batch.expert(token * topK + choice);
        }
        from[count++] = token;
      }
    }
    float[] weights = new float[experts.length];
    Arrays.fill(weights, 1f / topK);
    Routing routing = Routing.of(topK, experts, weights);
    int[] chosen =
        policy
            .provider()
            .call(instance ->
                SlotChoices.choose(
                    instance, layer.placement(), layer.cluster(), layer.index(), routing, rank));
    for (int i = 0; i < tokens; i++) {
      System.arraycopy(chosen, i * topK, slots, from[i] * topK, topK);
    }
  }
}

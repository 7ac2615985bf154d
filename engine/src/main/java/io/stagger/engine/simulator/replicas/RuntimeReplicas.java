package io.stagger.engine.simulator.replicas;

import io.stagger.engine.plugin.ReplicaPolicyEntry;

/**
 * A policy that runtimes use, of Stagger's or of a plug-in. It chooses for the tokens of each rank
 * by themselves, as it would there.
 *
 * @param policy the policy
 */
public record RuntimeReplicas(ReplicaPolicyEntry policy) implements Replicas {

  @Override
  public String label() {
    return policy.name();
  }

  @Override
  public ReplicaChooser chooser(PlacedLayer layer, double[] plannedLoad) {
    return new RuntimeChoices(policy, layer);
  }
}

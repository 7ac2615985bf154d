package io.stagger.engine.simulator.replicas;

import io.stagger.api.error.ConfigurationException;
import io.stagger.api.error.Diagnosis;
import io.stagger.engine.plugin.ReplicaPolicyEntry;
import io.stagger.engine.plugin.ReplicaPolicyRegistry;
import java.util.Optional;
import java.util.TreeSet;

/** A way to share a step's tokens among the replicas of their experts. */
public sealed interface Replicas permits ReplicaRule, RuntimeReplicas {

  /** The name that selects it. */
  String label();

  /**
   * A chooser for a layer.
   *
   * @param plannedLoad tokens of each expert in the window that the placement was planned with,
   *     {@code [experts]}
   */
  ReplicaChooser chooser(PlacedLayer layer, double[] plannedLoad);

  /**
   * The way of a name: one of the {@link ReplicaRule}s, or a policy that runtimes use.
   *
   * @throws ConfigurationException if there is none; it lists those there are
   */
  static Replicas named(String name, ReplicaPolicyRegistry policies) {
    Optional<ReplicaRule> rule = ReplicaRule.of(name);
    Optional<ReplicaPolicyEntry> policy =
        policies.all().stream().filter(entry -> entry.name().equals(name)).findFirst();
    if (rule.isEmpty() && policy.isEmpty()) {
      TreeSet<String> names = new TreeSet<>(ReplicaRule.labels());
      policies.all().forEach(entry -> names.add(entry.name()));
      throw new ConfigurationException(
          Diagnosis.of("there is no replica policy '" + name + "'", "replica policy")
              .expecting("one of " + String.join(", ", names)));
    }
    return rule.<Replicas>map(known -> known)
        .orElseGet(() -> new RuntimeReplicas(policy.orElseThrow()));
  }
}

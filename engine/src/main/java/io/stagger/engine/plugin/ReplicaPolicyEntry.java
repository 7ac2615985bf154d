package io.stagger.engine.plugin;

import io.stagger.api.runtime.ReplicaPolicy;

/**
 * A replica policy.
 *
 * @param name the name that {@code runtime.replicas} selects
 * @param provider the policy and where it came from
 */
public record ReplicaPolicyEntry(String name, Provider<ReplicaPolicy> provider)
    implements RegistryEntry {}

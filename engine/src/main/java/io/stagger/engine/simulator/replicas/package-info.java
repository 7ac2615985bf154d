/**
 * How a step's tokens are shared among the replicas of their experts: {@link
 * io.stagger.engine.simulator.replicas.ReplicaRule} lists the ways, each a {@link
 * io.stagger.engine.simulator.replicas.ReplicaChooser} of its own.
 */
@NullMarked
package io.stagger.engine.simulator.replicas;

import org.jspecify.annotations.NullMarked;

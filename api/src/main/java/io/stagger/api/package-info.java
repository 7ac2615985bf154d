/**
 * The vocabulary of expert placement: the model, the cluster, the load, the placement with every
 * map derived from it, and how good it is.
 *
 * <p>Read in this order: {@link io.stagger.api.ModelShape}, {@link io.stagger.api.Cluster}, {@link
 * io.stagger.api.Load}, {@link io.stagger.api.Placement}, {@link io.stagger.api.Balance}. The
 * extension points are in {@code strategy}, {@code runtime}, {@code weights} and {@code text}.
 *
 * <p>What may not live here: anything that needs more than the JDK, any algorithm that chooses a
 * placement, any input or output.
 *
 * <p>Every type is immutable and may be used from any thread unless its Javadoc says otherwise.
 */
@NullMarked
package io.stagger.api;

import org.jspecify.annotations.NullMarked;

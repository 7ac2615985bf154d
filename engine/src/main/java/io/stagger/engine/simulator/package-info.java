/**
 * The simulator: a recorded trace replayed step by step through the placements of several
 * strategies. {@link io.stagger.engine.simulator.Simulator} is the door, {@link
 * io.stagger.engine.simulator.Comparison} what comes out of it.
 *
 * <p>Which replica serves a token is decided in the package {@code replicas}, what a step takes in
 * {@code cost}. What may not live here: how figures are shown.
 */
@NullMarked
package io.stagger.engine.simulator;

import org.jspecify.annotations.NullMarked;

/**
 * What is known of a model's routing beyond the load: which experts tokens choose together, in a
 * layer and from layer to layer, and how the load changes with time. All of it comes from a trace;
 * all of it is optional to a strategy.
 *
 * <p>What may not live here: reading and writing of traces, which is the engine's.
 */
@NullMarked
package io.stagger.api.routing;

import org.jspecify.annotations.NullMarked;

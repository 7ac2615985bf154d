/**
 * What a step takes: the sizes of a model's experts, the speeds of a machine, and the roofline
 * {@link io.stagger.engine.simulator.cost.CostModel} that joins them.
 */
@NullMarked
package io.stagger.engine.simulator.cost;

import org.jspecify.annotations.NullMarked;

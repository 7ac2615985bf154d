/**
 * Strategy {@code balanced}: the busiest rank of each layer as idle as can be, with a lower bound
 * that proves how close to the optimum it is.
 *
 * <p>Read {@link io.stagger.strategies.balanced.BalancedStrategy} for what the user can ask, {@code
 * LayerPlanner} for the algorithm, and {@code Replication}, {@code Deal}, {@code Swaps}, {@code
 * Retypes}, {@code Fold}, {@code Completion} for its steps; {@code Packing} is what they all
 * change. Where traffic counts too, {@code TrafficPlanner} goes on from there: {@code Wall}, {@code
 * TrafficSwaps}, {@code TrafficRetypes} and {@code Kick} are its steps, {@code Overload} and {@code
 * GroupLoads} what they weigh.
 *
 * <p>Sources: the rule of dealing is R. L. Graham, "Bounds on multiprocessing timing anomalies"
 * (SIAM J. Appl. Math. 17, 1969); the walk is F. Glover's tabu search (ORSA J. Computing 1, 1989)
 * on the busiest machine, as is usual for the makespan problem. The bound is {@link
 * io.stagger.api.LoadBound}; the measure of traffic, {@link io.stagger.api.NodeSpread}.
 */
@NullMarked
package io.stagger.strategies.balanced;

import org.jspecify.annotations.NullMarked;

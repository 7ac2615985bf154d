/**
 * DeepSeek's expert parallelism load balancer (github.com/deepseek-ai/EPLB), written anew from its
 * published steps and bit for bit equal to it, with one rule of its own: equal weights go to the
 * lowest id, where the original's sort leaves the order to the processor.
 *
 * <p>Read {@link io.stagger.strategies.eplb.EplbStrategy} for what the user can ask, {@code
 * EplbPlanner} for the algorithm, and {@code GroupSum}, {@code BalancedPacking}, {@code
 * Replication} for its steps. All arithmetic is in 32-bit floats, because the original's is.
 *
 * <p>What may not live here: other balancers; they get packages of their own.
 */
@NullMarked
package io.stagger.strategies.eplb;

import org.jspecify.annotations.NullMarked;

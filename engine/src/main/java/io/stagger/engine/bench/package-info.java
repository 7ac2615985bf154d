/**
 * Strategies compared, in cost and in quality: {@link io.stagger.engine.bench.PlanBench} measures
 * every strategy on every {@link io.stagger.engine.bench.PlanCase}.
 */
@NullMarked
package io.stagger.engine.bench;

import org.jspecify.annotations.NullMarked;

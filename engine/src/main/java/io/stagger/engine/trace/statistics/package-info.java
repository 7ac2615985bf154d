/**
 * Statistics of a trace, counted in one pass: {@link
 * io.stagger.engine.trace.statistics.TraceCounter} takes batches as they come, {@link
 * io.stagger.engine.trace.statistics.TraceStatistics} is what it counted. Every count is a whole
 * number and every sample follows the order of the tokens, so that neither threads nor the size of
 * batches change a result.
 */
@NullMarked
package io.stagger.engine.trace.statistics;

import org.jspecify.annotations.NullMarked;

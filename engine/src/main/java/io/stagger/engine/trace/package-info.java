/**
 * Traces: recorded routing, token by token. A {@link io.stagger.engine.trace.TraceReader} gives the
 * tokens of a trace in batches, a {@link io.stagger.engine.trace.TraceWriter} writes one; neither
 * holds more than a batch, so that a trace may be of any size.
 *
 * <p>The format is Arrow's IPC format with fixed columns; {@code docs/traces.md} specifies it.
 * Everything that knows Arrow lives in the package {@code arrow} beneath.
 */
@NullMarked
package io.stagger.engine.trace;

import org.jspecify.annotations.NullMarked;

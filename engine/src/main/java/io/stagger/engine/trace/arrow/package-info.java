/**
 * A trace's bytes: Arrow's IPC format, its metadata by Arrow's own flatbuffers, its buffers on the
 * heap and compressed with zstd. Everything that is read is bounded before it is allocated.
 *
 * <p>Not Arrow's vectors and readers: they need {@code sun.misc.Unsafe} and a JVM opened by flags,
 * and allocate what a damaged file asks for. They are the oracle of the tests instead. Not for
 * other packages than that of traces.
 */
@NullMarked
package io.stagger.engine.trace.arrow;

import org.jspecify.annotations.NullMarked;

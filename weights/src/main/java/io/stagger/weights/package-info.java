/**
 * Expert weights: safetensors in, Arrow IPC files out, and the loader that hands a rank the mapped
 * bytes of the experts its slots hold.
 *
 * <p>The hot path reads the flatbuffer metadata and slices the mapping; it may not touch {@code
 * ArrowBuf} or {@code sun.misc.Unsafe}, and tests tagged {@code deny} run it in a JVM that refuses
 * both. Where an expert lives is asked of the placement, never derived here.
 */
@NullMarked
package io.stagger.weights;

import org.jspecify.annotations.NullMarked;

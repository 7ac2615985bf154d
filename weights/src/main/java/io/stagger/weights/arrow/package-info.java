/**
 * Arrow IPC files of tensors: one record batch a row, one tensor a column, every tensor on a page
 * of its own. Written and read through Arrow's flatbuffer metadata alone; no {@code ArrowBuf}, no
 * {@code sun.misc.Unsafe}. Not for other modules.
 */
@NullMarked
package io.stagger.weights.arrow;

import org.jspecify.annotations.NullMarked;

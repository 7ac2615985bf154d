/**
 * The CUDA runtime: the driver library through the Foreign Function and Memory API, and the
 * project's own kernels. Still an empty shell.
 *
 * <p>It may need nothing but the driver, and its jar must load on a machine without one. All native
 * calls belong in one small package-private class; everything above it is plain Java with {@link
 * AutoCloseable} handles. Depends on the API alone.
 */
@NullMarked
package io.stagger.runtime.cuda;

import org.jspecify.annotations.NullMarked;

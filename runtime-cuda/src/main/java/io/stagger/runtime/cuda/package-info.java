/**
 * The CUDA runtime: MoE layers on NVIDIA GPUs, through the driver library alone.
 *
 * <p>All native calls are in {@code Driver}; everything above it is plain Java with handles that
 * are closed. The kernels are the project's own, shipped as PTX. The jar loads on a machine without
 * a GPU, where the backend says why it is not available. Depends on the API alone; found through
 * {@link java.util.ServiceLoader}, never by class name.
 */
@NullMarked
package io.stagger.runtime.cuda;

import org.jspecify.annotations.NullMarked;

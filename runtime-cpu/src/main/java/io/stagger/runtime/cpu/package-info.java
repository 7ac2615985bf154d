/**
 * The CPU runtime: the reference that defines what an MoE layer computes, its fast kernels and the
 * reference router.
 *
 * <p>Results are combined in the order of a token's top-k list, never in the order of ranks, so the
 * output is the same bit for bit under every placement. Depends on the API alone; found through
 * {@link java.util.ServiceLoader}, never by class name.
 */
@NullMarked
package io.stagger.runtime.cpu;

import org.jspecify.annotations.NullMarked;

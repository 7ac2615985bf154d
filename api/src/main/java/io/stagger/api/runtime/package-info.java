/**
 * The runtime SPI: a backend opens a runtime for a placement and its weights; the runtime turns
 * tokens into the MoE layer's output, the same bits under every placement.
 *
 * <p>A backend is found through {@link java.util.ServiceLoader}: its jar lists it in {@code
 * META-INF/services/io.stagger.api.runtime.RuntimeBackend}.
 */
@NullMarked
package io.stagger.api.runtime;

import org.jspecify.annotations.NullMarked;

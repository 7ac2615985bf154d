/**
 * The safetensors file format: eight bytes of header length, a JSON header, the tensors' bytes.
 * Nothing here knows what a tensor means. Not for other modules.
 */
@NullMarked
package io.stagger.weights.safetensors;

import org.jspecify.annotations.NullMarked;

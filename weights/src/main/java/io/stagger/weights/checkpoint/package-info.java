/**
 * A Hugging Face checkpoint folder, and which of its tensors are which expert's: the one place that
 * knows the tensor names of the model families. Not for other modules.
 */
@NullMarked
package io.stagger.weights.checkpoint;

import org.jspecify.annotations.NullMarked;

/** Files, checksums and JSON as both checkpoints and stores need them. Not for other modules. */
@NullMarked
package io.stagger.weights.io;

import org.jspecify.annotations.NullMarked;

/**
 * Reads loads, placements and models from files of other systems, and writes placements.
 *
 * <p>Foreign files are believed nothing: every size is checked before memory is taken for it, every
 * error names the file, and a file is written beside its target and then moved into place.
 */
@NullMarked
package io.stagger.engine.io;

import org.jspecify.annotations.NullMarked;

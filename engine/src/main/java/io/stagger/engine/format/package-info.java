/**
 * The file formats of other systems, and what checks whatever passes through them.
 *
 * <p>Formats are found as plug-ins are; {@link io.stagger.engine.format.Interchange} is the door.
 * The readers execute nothing, resolve no types, and hold no more than a few times a file's size.
 */
@NullMarked
package io.stagger.engine.format;

import org.jspecify.annotations.NullMarked;

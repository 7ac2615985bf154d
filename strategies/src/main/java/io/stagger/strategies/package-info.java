/**
 * The built-in placement strategies, one file each: linear, zigzag, eplb, auto, file and what goes
 * beyond them. They are found through {@link java.util.ServiceLoader} under the names that the
 * configuration uses.
 *
 * <p>A strategy depends on the API alone and is a pure function of its request: same request, same
 * bytes. So no clock, no thread, no random source and no iteration in hash order may decide
 * anything here; ties go to the lowest id. No type of this package is named outside it.
 */
@NullMarked
package io.stagger.strategies;

import org.jspecify.annotations.NullMarked;

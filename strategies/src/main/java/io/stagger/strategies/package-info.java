/**
 * The built-in placement strategies, one file each: {@code linear}, {@code zigzag}, {@code auto}
 * and {@code file}; {@code eplb}, whose steps need more than a file, has a package of its own. They
 * are found through {@link java.util.ServiceLoader} under the names that the configuration uses.
 *
 * <p>A strategy depends on the API alone and is a pure function of its request: same request, same
 * bytes. So no clock, no thread, no random source and no iteration in hash order may decide
 * anything here; ties go to the lowest id. No type of this package is named outside it.
 *
 * <p>What may not live here: input and output, configuration, metrics, and the rules of a valid
 * placement, which are {@link io.stagger.api.PlacementRules}.
 */
@NullMarked
package io.stagger.strategies;

import org.jspecify.annotations.NullMarked;

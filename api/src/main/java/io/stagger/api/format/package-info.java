/**
 * The format SPI: how placements and loads come from the files of other systems and go to them.
 *
 * <p>A format is found through {@link java.util.ServiceLoader}: its jar lists it in {@code
 * META-INF/services/io.stagger.api.format.PlacementFormat}.
 */
@NullMarked
package io.stagger.api.format;

import org.jspecify.annotations.NullMarked;

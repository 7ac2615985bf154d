/**
 * The strategy SPI: what a strategy is asked ({@link io.stagger.api.strategy.PlacementRequest}),
 * what it answers ({@link io.stagger.api.strategy.PlacementResult}), and what it declares of
 * itself.
 *
 * <p>A strategy is found through {@link java.util.ServiceLoader}: its jar lists it in {@code
 * META-INF/services/io.stagger.api.strategy.PlacementStrategy}.
 */
@NullMarked
package io.stagger.api.strategy;

import org.jspecify.annotations.NullMarked;

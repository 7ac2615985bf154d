package io.stagger.api.strategy;

import io.stagger.api.Placement;

/**
 * What a strategy answers.
 *
 * @param placement which expert each slot holds
 * @param decision how it came about
 */
public record PlacementResult(Placement placement, Decision decision) {}

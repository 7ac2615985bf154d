package io.stagger.engine.explain;

/**
 * Another plan that was made to see whether it is better.
 *
 * @param strategy the strategy
 * @param setting the key and value that would have to be set for it; empty if none
 * @param moreSlots slots of a layer that it has more than the plan explained; 0 on the same cluster
 * @param imbalance its imbalance, on average over the layers
 */
public record Alternative(String strategy, String setting, int moreSlots, double imbalance) {}

package io.stagger.engine.quickstart;

/**
 * A way to place the experts that the quick start tries.
 *
 * @param title its name in the table, of its own
 * @param strategy the strategy to plan with
 * @param redundant slots beyond one for each expert
 */
public record Contender(String title, String strategy, int redundant) {}

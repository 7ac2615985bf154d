package io.stagger.engine.quickstart;

/**
 * A way to place the experts that the quick start tries.
 *
 * @param title its name in the table, of its own
 * @param idea what it does, a clause for people
 * @param strategy the strategy to plan with
 * @param measured whether it plans on a measured load
 * @param redundant slots beyond one for each expert
 */
public record Contender(
    String title, String idea, String strategy, boolean measured, int redundant) {}

package io.stagger.engine;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * What it costs to ask a strategy the same thing again and again in a warm process. Checking the
 * answer is not in it, making the placement is.
 *
 * @param runs how many runs were measured
 * @param cpu the median of the processor time of the calling thread; what a strategy leaves to
 *     other threads is not in it
 * @param elapsed the median of the elapsed time
 * @param allocated bytes that a run allocates, on average; empty where the JVM does not count them
 */
public record PlanCost(int runs, Duration cpu, Duration elapsed, OptionalLong allocated) {}

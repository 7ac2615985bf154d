package io.stagger.engine.simulator;

import io.stagger.api.Load;
import io.stagger.api.routing.RoutingProfile;
import io.stagger.engine.trace.TraceBatch;

/**
 * Consecutive tokens of a trace, and what was counted of them.
 *
 * @param tokens the tokens
 * @param load choices of each expert
 * @param routing what is known beyond the load; nothing if no strategy asks
 */
record Window(TraceBatch tokens, Load load, RoutingProfile routing) {}

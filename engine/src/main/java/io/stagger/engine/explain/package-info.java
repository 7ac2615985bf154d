/**
 * Plans in words for people: what a plan does, what limits it, what would help. Everything is
 * counted or measured; {@link io.stagger.engine.explain.PlanExplanation} holds the figures and says
 * no sentence.
 */
@NullMarked
package io.stagger.engine.explain;

import org.jspecify.annotations.NullMarked;

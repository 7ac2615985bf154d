/**
 * Strategy {@code activated}: as few distinct experts as can be on the rank that has most to read
 * in a decode batch.
 *
 * <p>Read {@link io.stagger.strategies.activated.ActivatedStrategy} for what the user can ask,
 * {@code Batches} for where the batches come from, {@code ReplicaPick} for what is assumed of
 * replicas, and {@code LayerSearch} for the search.
 *
 * <p>Source: the objective, and the greedy choice among replicas, are those of METRO (arXiv
 * 2512.09277).
 */
@NullMarked
package io.stagger.strategies.activated;

import org.jspecify.annotations.NullMarked;

/**
 * Strategy {@code affinity}: experts that tokens choose together on the same ranks and nodes, under
 * a cap on imbalance.
 *
 * <p>Read {@link io.stagger.strategies.affinity.AffinityStrategy} for what the user can ask, {@code
 * LayerSearch} and {@code Moves} for the search, {@code Holding} and {@code Spread} for what is
 * kept up to date under it, and {@code Choice} for what is assumed of replicas.
 *
 * <p>Sources: the objective is that of GRACE-MoE (arXiv 2509.25041) and Occult (ICML 2025), under a
 * cap instead of a weight; a layer is a hypergraph whose nets are the tokens' sets of experts, cut
 * by the connectivity metric with gain tables as in Mt-KaHyPar (arXiv 2303.17679); the walk is F.
 * Glover's tabu search (ORSA J. Computing 1, 1989) with strategic oscillation over the cap.
 */
@NullMarked
package io.stagger.strategies.affinity;

import org.jspecify.annotations.NullMarked;

package io.stagger.engine.quickstart;

import io.stagger.api.Balance;
import io.stagger.api.Cluster;
import io.stagger.api.weights.LoadProof;
import io.stagger.engine.Plan;
import io.stagger.engine.text.RoutingStatistics;
import io.stagger.engine.text.TextScore;
import java.util.List;

/**
 * What was measured under one placement.
 *
 * @param contender what was tried
 * @param plan the placement, and how it came about
 * @param texts the score of each text, in the order of {@link QuickstartResult#texts}
 * @param routing where the tokens went
 * @param proofs what was proved of each rank's weights before the first token
 * @param backend the runtime, for people
 */
public record StrategyRun(
    Contender contender,
    Plan plan,
    List<TextScore> texts,
    RoutingStatistics routing,
    List<LoadProof> proofs,
    String backend) {

  /** Keeps its own lists. */
  public StrategyRun {
    texts = List.copyOf(texts);
    proofs = List.copyOf(proofs);
  }

  /** The cluster that the plan is for. */
  public Cluster cluster() {
    return plan.request().cluster();
  }

  /** How evenly the ranks were used. */
  public Balance balance() {
    return routing.balance(cluster());
  }

  /** The score of all texts together; its digest covers every logit of the run. */
  public TextScore score() {
    return TextScore.of(texts);
  }

  /** How many slots were proved to hold the expert that the placement says. */
  public long provedSlots() {
    return proofs.stream().mapToLong(LoadProof::slots).sum();
  }

  /**
   * A rank's work in a layer as a multiple of the mean rank's: 1 is even, 2 is twice the work. 0
   * for a layer without tokens.
   */
  public double relativeWork(int layer, int rank) {
    double mean = balance().ideal(layer);
    return mean == 0 ? 0 : routing.rankTokens(layer)[rank] / mean;
  }
}

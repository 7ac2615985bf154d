package io.stagger.engine.simulator.replicas;

import io.stagger.api.Cluster;
import io.stagger.engine.trace.Phase;
import io.stagger.engine.trace.TraceBatch;

/**
 * Tokens that go through the model together. A token comes from its home rank: the recorded source
 * rank where that is a rank that is up, else the ranks that are up take turns, sequence by
 * sequence. Immutable.
 */
public final class Step {

  private final long number;
  private final Phase phase;
  private final int[] tokens;
  private final int[] homes;
  private final int[] positions;

  private Step(long number, Phase phase, int[] tokens, int[] homes, int[] positions) {
    this.number = number;
    this.phase = phase;
    this.tokens = tokens;
    this.homes = homes;
    this.positions = positions;
  }

  /**
   * A step of some tokens of a window.
   *
   * @param number tells steps apart where chance decides
   * @param tokens indices into the window; handed over
   */
  public static Step of(
      long number, Phase phase, int[] tokens, TraceBatch window, Cluster cluster) {
    int[] up = cluster.ranksUp();
    int[] homes = new int[tokens.length];
    int[] positions = new int[tokens.length];
    int[] seen = new int[cluster.ranks()];
    for (int i = 0; i < tokens.length; i++) {
      int recorded = window.sourceRank(tokens[i]);
      boolean usable = recorded >= 0 && recorded < cluster.ranks() && cluster.isUp(recorded);
      homes[i] = usable ? recorded : up[window.sequence(tokens[i]) % up.length];
      positions[i] = seen[homes[i]]++;
    }
    return new Step(number, phase, tokens, homes, positions);
  }

  /** The step's number; no two steps of a comparison have the same. */
  public long number() {
    return number;
  }

  /** What the model does with all of its tokens. */
  public Phase phase() {
    return phase;
  }

  /** How many tokens there are, at least 1. */
  public int size() {
    return tokens.length;
  }

  /** A token's index in the window. */
  public int token(int i) {
    return tokens[i];
  }

  /** The rank that a token comes from. */
  public int home(int i) {
    return homes[i];
  }

  /** A token's place among those of the step that come from the same rank, from 0. */
  public int position(int i) {
    return positions[i];
  }
}

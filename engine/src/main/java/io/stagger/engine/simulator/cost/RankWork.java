package io.stagger.engine.simulator.cost;

import java.util.Arrays;

/**
 * What each rank does for a layer in a step: counts, all {@code [ranks]}. A scratch that is filled
 * anew for each layer; used by one thread.
 */
public final class RankWork {

  private final int[] tokens;
  private final int[] activated;
  private final int[] sentWithin;
  private final int[] receivedWithin;
  private final int[] sentBetween;
  private final int[] receivedBetween;

  /** No work of some ranks. */
  public RankWork(int ranks) {
    this.tokens = new int[ranks];
    this.activated = new int[ranks];
    this.sentWithin = new int[ranks];
    this.receivedWithin = new int[ranks];
    this.sentBetween = new int[ranks];
    this.receivedBetween = new int[ranks];
  }

  /** Forgets all. */
  public void clear() {
    Arrays.fill(tokens, 0);
    Arrays.fill(activated, 0);
    Arrays.fill(sentWithin, 0);
    Arrays.fill(receivedWithin, 0);
    Arrays.fill(sentBetween, 0);
    Arrays.fill(receivedBetween, 0);
  }

  /** A token's choice is served on a rank. */
  public void serve(int rank) {
    tokens[rank]++;
  }

  /** A slot of a rank serves its first token. */
  public void activate(int rank) {
    activated[rank]++;
  }

  /** A token is sent to another rank of its node. */
  public void sendWithin(int from, int to) {
    sentWithin[from]++;
    receivedWithin[to]++;
  }

  /** A token is sent to a rank of another node. */
  public void sendBetween(int from, int to) {
    sentBetween[from]++;
    receivedBetween[to]++;
  }

  /** How many ranks there are. */
  public int ranks() {
    return tokens.length;
  }

  /** Choices served on a rank. */
  public int tokens(int rank) {
    return tokens[rank];
  }

  /** Slots of a rank that serve any token. */
  public int activated(int rank) {
    return activated[rank];
  }

  /** The most tokens that a rank exchanges with ranks of its node, in the busier direction. */
  public int busiestWithin() {
    return most(sentWithin, receivedWithin);
  }

  /** The most tokens that a rank exchanges with ranks of other nodes, in the busier direction. */
  public int busiestBetween() {
    return most(sentBetween, receivedBetween);
  }

  private static int most(int[] sent, int[] received) {
    int most = 0;
    for (int rank = 0; rank < sent.length; rank++) {
      most = Math.max(most, Math.max(sent[rank], received[rank]));
    }
    return most;
  }
}

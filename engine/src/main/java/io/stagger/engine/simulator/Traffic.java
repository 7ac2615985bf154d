package io.stagger.engine.simulator;

import java.util.Objects;

/**
 * How many tokens each rank sent to each other one over a whole comparison, all layers. A token is
 * sent once to each rank that has experts of its, as DeepEP does. Immutable.
 */
public final class Traffic {

  private final int ranks;
  private final long[] copies;

  Traffic(int ranks, long[] copies) {
    this.ranks = ranks;
    this.copies = copies.clone();
  }

  /** How many ranks there are. */
  public int ranks() {
    return ranks;
  }

  /** Tokens sent from one rank to another; 0 to itself. */
  public long copies(int from, int to) {
    return copies[from * ranks + Objects.checkIndex(to, ranks)];
  }

  /** The link that carried the most; of several, that of the lowest ranks. */
  public Hottest hottest() {
    int best = 0;
    for (int i = 1; i < copies.length; i++) {
      if (copies[i] > copies[best]) {
        best = i;
      }
    }
    return new Hottest(best / ranks, best % ranks, copies[best]);
  }

  /**
   * A link.
   *
   * @param from the rank that sends
   * @param to the rank that receives
   * @param copies tokens sent
   */
  public record Hottest(int from, int to, long copies) {}
}

package io.stagger.strategies.eplb;

import java.util.Arrays;

/**
 * Decides which experts get the slots that are left when every expert has one: each in turn goes to
 * the expert whose replicas then carry the most, equals to the lowest id.
 *
 * <p>Keeps its scratch between calls: not thread-safe.
 */
final class Replication {

  private final int experts;
  private final Tournament heaviest;
  private final long[] singles;
  private final int[] count;
  private final int[] expertOf;
  private final float[] share;

  /**
   * @param experts how many experts there are
   * @param slots how many slots there are, at least {@code experts}
   */
  Replication(int experts, int slots) {
    this.experts = experts;
    this.heaviest = new Tournament(experts);
    this.singles = new long[experts];
    this.count = new int[experts];
    this.expertOf = new int[slots];
    this.share = new float[slots];
    for (int expert = 0; expert < experts; expert++) {
      expertOf[expert] = expert;
    }
  }

  /**
   * Replicates anew; {@link #expertOf} and {@link #shares} tell the result.
   *
   * @param load of each expert, from 0
   */
  void replicate(float[] load) {
    Arrays.fill(count, 1);
    for (int expert = 0; expert < experts; expert++) {
      singles[expert] = WeightKey.heaviestFirst(load[expert], expert);
    }
    heaviest.reset(singles);
    for (int slot = experts; slot < expertOf.length; slot++) {
      int expert = heaviest.winner();
      expertOf[slot] = expert;
      count[expert]++;
      heaviest.update(expert, WeightKey.heaviestFirst(load[expert] / count[expert], expert));
    }
    for (int slot = 0; slot < expertOf.length; slot++) {
      share[slot] = load[expertOf[slot]] / count[expertOf[slot]];
    }
  }

  /** The expert of a replica; the first replicas are those of expert 0, 1, ... */
  int expertOf(int replica) {
    return expertOf[replica];
  }

  /** The load of each replica, {@code [slots]}; valid until the next call. */
  float[] shares() {
    return share;
  }
}

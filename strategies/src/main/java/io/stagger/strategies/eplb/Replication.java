package io.stagger.strategies.eplb;

import java.util.Arrays;

/**
 * Decides which experts of a node get the slots that are left when every expert has one: each in
 * turn goes to the expert whose replicas then carry the most, equals to the lowest id.
 *
 * <p>Keeps its scratch between calls: not thread-safe.
 */
final class Replication {

  private final int experts;
  private final int slots;
  private final Tournament heaviest;
  private final long[] singles;
  private final int[] count;

  /**
   * @param experts how many experts there are
   * @param slots how many slots there are, at least {@code experts}
   */
  Replication(int experts, int slots) {
    this.experts = experts;
    this.slots = slots;
    this.heaviest = new Tournament(experts);
    this.singles = new long[experts];
    this.count = new int[experts];
  }

  /**
   * Replicates. Both results begin at index {@code to} and have an entry a slot; the first slots
   * are those of expert 0, 1, ...
   *
   * @param load of each expert, from 0
   * @param expertOf receives the expert of each slot
   * @param share receives the load of each slot
   */
  void replicate(float[] load, int[] expertOf, float[] share, int to) {
    for (int expert = 0; expert < experts; expert++) {
      expertOf[to + expert] = expert;
    }
    Arrays.fill(count, 1);
    if (slots > experts) {
      giveSpareSlots(load, expertOf, to);
    }
    for (int slot = to; slot < to + slots; slot++) {
      int expert = expertOf[slot];
      share[slot] = load[expert] / count[expert];
    }
  }

  private void giveSpareSlots(float[] load, int[] expertOf, int to) {
    for (int expert = 0; expert < experts; expert++) {
      singles[expert] = WeightKey.heaviestFirst(load[expert], expert);
    }
    heaviest.reset(singles);
    for (int slot = to + experts; slot < to + slots; slot++) {
      int expert = WeightKey.id(heaviest.winner());
      expertOf[slot] = expert;
      count[expert]++;
      heaviest.update(expert, WeightKey.heaviestFirst(load[expert] / count[expert], expert));
    }
  }
}

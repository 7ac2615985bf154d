package io.stagger.engine.simulator.replicas;

import java.util.Arrays;

/**
 * The replica whose rank has the least to do in this step so far, relative to its speed; a tie goes
 * to the lowest slot. Choices that have no choice, those of experts with one replica, are counted
 * first.
 */
final class LeastLoaded implements ReplicaChooser {

  private final PlacedLayer layer;
  private final long[] tokens;

  LeastLoaded(PlacedLayer layer) {
    this.layer = layer;
    this.tokens = new long[layer.ranks()];
  }

  @Override
  public void choose(LayerBatch batch, int[] slots) {
    Arrays.fill(tokens, 0);
    for (int choice = 0; choice < batch.choices(); choice++) {
      if (layer.replicas(batch.expert(choice)) == 1) {
        take(layer.slot(batch.expert(choice), 0), choice, slots);
      }
    }
    for (int choice = 0; choice < batch.choices(); choice++) {
      if (layer.replicas(batch.expert(choice)) > 1) {
        take(idlest(batch.expert(choice)), choice, slots);
      }
    }
  }

  private void take(int slot, int choice, int[] slots) {
    slots[choice] = slot;
    tokens[layer.rankOf(slot)]++;
  }

  private int idlest(int expert) {
    int best = layer.slot(expert, 0);
    for (int replica = 1; replica < layer.replicas(expert); replica++) {
      int slot = layer.slot(expert, replica);
      if (work(slot) < work(best)) {
        best = slot;
      }
    }
    return best;
  }

  private double work(int slot) {
    int rank = layer.rankOf(slot);
    return tokens[rank] / layer.speed(rank);
  }
}

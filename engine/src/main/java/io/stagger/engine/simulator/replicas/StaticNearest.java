package io.stagger.engine.simulator.replicas;

/**
 * A table of rank and expert: the replica on the rank itself, else one on its node, else any; of
 * several equally near ones, that which serves the fewest ranks so far, then the lowest slot. The
 * rule of SGLang's {@code static} dispatch, which breaks its ties by chance where this takes the
 * lowest.
 */
final class StaticNearest implements ReplicaChooser {

  private final int experts;
  private final int[] slotFor;

  StaticNearest(PlacedLayer layer) {
    this.experts = layer.experts();
    this.slotFor = new int[layer.ranks() * experts];
    int[] served = new int[layer.slots()];
    for (int expert = 0; expert < experts; expert++) {
      for (int rank = 0; rank < layer.ranks(); rank++) {
        int slot = nearest(layer, expert, rank, served);
        served[slot]++;
        slotFor[rank * experts + expert] = slot;
      }
    }
  }

  private static int nearest(PlacedLayer layer, int expert, int rank, int[] served) {
    int best = layer.slot(expert, 0);
    for (int replica = 1; replica < layer.replicas(expert); replica++) {
      int slot = layer.slot(expert, replica);
      int nearer = layer.distance(rank, slot) - layer.distance(rank, best);
      if (nearer < 0 || (nearer == 0 && served[slot] < served[best])) {
        best = slot;
      }
    }
    return best;
  }

  @Override
  public void choose(LayerBatch batch, int[] slots) {
    for (int choice = 0; choice < batch.choices(); choice++) {
      slots[choice] = slotFor[batch.home(choice) * experts + batch.expert(choice)];
    }
  }
}

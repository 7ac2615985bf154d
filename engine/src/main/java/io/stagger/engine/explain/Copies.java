package io.stagger.engine.explain;

import io.stagger.api.Placement;

/**
 * What a placement does with the slots that it has beyond one an expert.
 *
 * @param total slots that hold a further copy of their expert, over all layers
 * @param idle those among them that lie on a rank which holds the expert already, and so take
 *     nothing off it
 * @param replicatedExperts experts of a layer with more than one slot, on average over the layers
 * @param most the expert with the most slots; the first of them in layer order
 * @param mostLayer its layer
 * @param mostSlots its slots
 */
public record Copies(
    long total, long idle, double replicatedExperts, int most, int mostLayer, int mostSlots) {

  static Copies of(Placement placement) {
    int[] rankOf = placement.layout().rankOfSlots();
    long total = 0;
    long idle = 0;
    long replicated = 0;
    int most = 0;
    int mostLayer = 0;
    int mostSlots = 0;
    for (int layer = 0; layer < placement.layers(); layer++) {
      for (int expert = 0; expert < placement.experts(); expert++) {
        int count = placement.replicaCount(layer, expert);
        total += Math.max(0, count - 1);
        replicated += count > 1 ? 1 : 0;
        idle += onTakenRanks(placement, layer, expert, rankOf);
        if (count > mostSlots) {
          most = expert;
          mostLayer = layer;
          mostSlots = count;
        }
      }
    }
    double perLayer = (double) replicated / Math.max(1, placement.layers());
    return new Copies(total, idle, perLayer, most, mostLayer, mostSlots);
  }

  /** Replicas are in slot order and slots in rank order, so those of a rank come together. */
  private static int onTakenRanks(Placement placement, int layer, int expert, int[] rankOf) {
    int taken = 0;
    for (int replica = 1; replica < placement.replicaCount(layer, expert); replica++) {
      int before = rankOf[placement.replica(layer, expert, replica - 1)];
      taken += rankOf[placement.replica(layer, expert, replica)] == before ? 1 : 0;
    }
    return taken;
  }
}

package io.stagger.engine.simulator.replicas;

/**
 * Deals each expert's tokens to its replicas in fixed shares: those that are the best for the load
 * which the placement was planned with, see {@link ReplicaProgram}; equal ones for an expert that
 * had no tokens then. Dealt by credit: each token adds the shares to the replicas' credits and is
 * paid by the largest, so that no share is ever more than a token behind.
 */
final class WeightedShares implements ReplicaChooser {

  private final PlacedLayer layer;
  private final double[] shares;
  private final double[] credits;

  WeightedShares(PlacedLayer layer, double[] plannedLoad) {
    this.layer = layer;
    this.shares = new double[layer.slots()];
    this.credits = new double[layer.slots()];
    double[] best = new ReplicaProgram(layer, plannedLoad).shares();
    for (int expert = 0; expert < layer.experts(); expert++) {
      double tokens = plannedLoad[expert];
      int replicas = layer.replicas(expert);
      for (int replica = 0; replica < replicas; replica++) {
        int slot = layer.slot(expert, replica);
        shares[slot] = tokens > 0 ? best[slot] / tokens : 1.0 / replicas;
      }
    }
  }

  @Override
  public void choose(LayerBatch batch, int[] slots) {
    for (int choice = 0; choice < batch.choices(); choice++) {
      int expert = batch.expert(choice);
      int best = layer.slot(expert, 0);
      for (int replica = 0; replica < layer.replicas(expert); replica++) {
        int slot = layer.slot(expert, replica);
        credits[slot] += shares[slot];
        if (credits[slot] > credits[best]) {
          best = slot;
        }
      }
      credits[best]--;
      slots[choice] = best;
    }
  }
}

package io.stagger.engine.simulator.replicas;

import java.util.Arrays;

/**
 * Shares each expert's tokens among its replicas as a linear program finds best for each step, the
 * idea of DeepSeek's LPLB. The program's shares need not be whole: each is rounded down, and what
 * is left goes to the largest remainders, then the lowest slots; so a rank has at most one token
 * more for each of its replicas than in the optimum. Tokens take the nearest replica that has room.
 */
final class OptimalShares implements ReplicaChooser {

  /** What a solver's rounding may take from a whole number. */
  private static final double NEAR = 1e-6;

  private final PlacedLayer layer;
  private double bound;

  OptimalShares(PlacedLayer layer) {
    this.layer = layer;
  }

  @Override
  public void choose(LayerBatch batch, int[] slots) {
    double[] tokens = new double[layer.experts()];
    for (int choice = 0; choice < batch.choices(); choice++) {
      tokens[batch.expert(choice)]++;
    }
    double[] shares = new ReplicaProgram(layer, tokens).shares();
    bound = busiest(shares);
    int[] room = whole(shares, tokens);
    for (int choice = 0; choice < batch.choices(); choice++) {
      int slot = nearest(batch.expert(choice), batch.home(choice), room);
      room[slot]--;
      slots[choice] = slot;
    }
  }

  @Override
  public double bound() {
    return bound;
  }

  private double busiest(double[] shares) {
    double[] work = new double[layer.ranks()];
    for (int slot = 0; slot < shares.length; slot++) {
      work[layer.rankOf(slot)] += shares[slot] / layer.speed(layer.rankOf(slot));
    }
    return Arrays.stream(work).max().orElse(0);
  }

  private int nearest(int expert, int rank, int[] room) {
    int best = -1;
    for (int replica = 0; replica < layer.replicas(expert); replica++) {
      int slot = layer.slot(expert, replica);
      boolean nearer = best < 0 || layer.distance(rank, slot) < layer.distance(rank, best);
      if (room[slot] > 0 && nearer) {
        best = slot;
      }
    }
    return best;
  }

  private int[] whole(double[] shares, double[] tokens) {
    int[] rounded = new int[shares.length];
    for (int expert = 0; expert < tokens.length; expert++) {
      int left = (int) tokens[expert];
      for (int replica = 0; replica < layer.replicas(expert); replica++) {
        int slot = layer.slot(expert, replica);
        rounded[slot] = (int) Math.min(left, Math.floor(shares[slot] + NEAR));
        left -= rounded[slot];
      }
      while (left > 0) {
        rounded[largestRemainder(expert, shares, rounded)]++;
        left--;
      }
    }
    return rounded;
  }

  private int largestRemainder(int expert, double[] shares, int[] rounded) {
    int best = layer.slot(expert, 0);
    for (int replica = 1; replica < layer.replicas(expert); replica++) {
      int slot = layer.slot(expert, replica);
      if (shares[slot] - rounded[slot] > shares[best] - rounded[best] + NEAR) {
        best = slot;
      }
    }
    return best;
  }
}

package io.stagger.engine.simulator;

import io.stagger.api.Cluster;
import java.util.Arrays;
import java.util.Objects;

/**
 * What each rank had to do in each layer over all scored windows, as a multiple of what it would
 * have been if the layer's work were even: 1 is even, 2 is twice that. Work is tokens over the
 * rank's speed. Immutable.
 */
public final class RankLoads {

  private final double[][] relative;
  private final int ranks;

  private RankLoads(double[][] relative, int ranks) {
    this.relative = relative;
    this.ranks = ranks;
  }

  /**
   * Relative to the even work.
   *
   * @param served choices that each rank served, {@code [layers][ranks]}
   */
  static RankLoads of(double[][] served, Cluster cluster) {
    double speed = Arrays.stream(cluster.ranksWithSlots()).mapToDouble(cluster::speed).sum();
    double[][] relative = new double[served.length][cluster.ranks()];
    for (int layer = 0; layer < served.length; layer++) {
      double even = Arrays.stream(served[layer]).sum() / speed;
      for (int rank : cluster.ranksWithSlots()) {
        double work = served[layer][rank] / cluster.speed(rank);
        relative[layer][rank] = even == 0 ? 0 : work / even;
      }
    }
    return new RankLoads(relative, cluster.ranks());
  }

  /** How many layers there are. */
  public int layers() {
    return relative.length;
  }

  /** How many ranks there are. */
  public int ranks() {
    return ranks;
  }

  /** A rank's work over the layer's even work; 0 in a layer without work, and of an idle rank. */
  public double relative(int layer, int rank) {
    return relative[layer][Objects.checkIndex(rank, ranks)];
  }
}

package io.stagger.api;

import java.util.Arrays;
import java.util.PriorityQueue;

/**
 * What no placement can beat: a lower bound on the busiest rank's work, layer by layer. Sources:
 * the mean; the heaviest replica under the best replica counts; and, without redundancy, the
 * heaviest expert together with the lightest ones that must share its rank.
 */
public final class LoadBound {

  private final Cluster cluster;
  private final int[] ranks;
  private final double totalSpeed;

  private LoadBound(Cluster cluster) {
    this.cluster = cluster;
    this.ranks =
        Arrays.stream(cluster.ranksUp()).filter(r -> cluster.layout().slotsOf(r) > 0).toArray();
    this.totalSpeed = Arrays.stream(ranks).mapToDouble(cluster::speed).sum();
  }

  /**
   * The bound of each layer, {@code [layers]}: no placement of the load on the cluster gives its
   * busiest rank less work, but for the rounding of sums (a relative 1e-12).
   */
  public static double[] busiest(Load load, Cluster cluster) {
    LoadBound bound = new LoadBound(cluster);
    double[] busiest = new double[load.layers()];
    for (int layer = 0; layer < busiest.length; layer++) {
      busiest[layer] = bound.of(load.layer(layer));
    }
    return busiest;
  }

  private double of(double[] counts) {
    if (ranks.length == 0) {
      return 0;
    }
    Arrays.sort(counts);
    double bound = Arrays.stream(counts).sum() / totalSpeed;
    bound = Math.max(bound, heaviestReplica(counts, bound));
    if (cluster.usableSlots() == counts.length) {
      bound = Math.max(bound, heaviestWithCompany(counts));
    }
    return bound;
  }

  /**
   * Even if every slot is spent as well as possible, some replica weighs this, on some rank.
   *
   * @param enough a bound that is known already: to search on below it would be in vain, and slots
   *     may be many
   */
  private double heaviestReplica(double[] ascending, double enough) {
    int spare = Math.max(0, cluster.usableSlots() - ascending.length);
    int[] replicas = new int[ascending.length];
    Arrays.fill(replicas, 1);
    PriorityQueue<Integer> heaviest =
        new PriorityQueue<>(
            (a, b) -> Double.compare(ascending[b] / replicas[b], ascending[a] / replicas[a]));
    for (int expert = 0; expert < ascending.length; expert++) {
      heaviest.add(expert);
    }
    double fastest = Arrays.stream(ranks).mapToDouble(cluster::speed).max().orElse(1);
    int expert = heaviest.remove();
    for (int i = 0; i < spare && ascending[expert] / replicas[expert] / fastest > enough; i++) {
      replicas[expert]++;
      heaviest.add(expert);
      expert = heaviest.remove();
    }
    return ascending[expert] / replicas[expert] / fastest;
  }

  /**
   * With a slot for each expert and none to spare, the heaviest fills its rank with the lightest.
   */
  private double heaviestWithCompany(double[] ascending) {
    double least = Double.POSITIVE_INFINITY;
    double heaviest = ascending[ascending.length - 1];
    for (int rank : ranks) {
      double company = heaviest;
      for (int i = 0; i < cluster.layout().slotsOf(rank) - 1; i++) {
        company += ascending[i];
      }
      least = Math.min(least, company / cluster.speed(rank));
    }
    return least;
  }
}

package io.stagger.strategies.activated;

import java.util.Arrays;

/**
 * Serves each expert that a batch activates by one replica, so that no rank has many: experts with
 * one replica first, then those with few, each on the rank that then is done first, a tie on the
 * lowest. A replica policy that sees a batch can do the same.
 *
 * <p>Keeps its scratch between calls: not thread-safe.
 */
final class ReplicaPick {

  private final double[] slowness;
  private final int[][] ranksOf;
  private final int[] activated;
  private int most;

  /**
   * @param ranksOf the ranks of each expert, ascending; read anew at each call
   * @param slowness how long each rank takes for an expert
   */
  ReplicaPick(int[][] ranksOf, double[] slowness) {
    this.ranksOf = ranksOf;
    this.slowness = slowness;
    this.activated = new int[slowness.length];
  }

  /** Serves a batch's experts. */
  void serve(int[] experts) {
    Arrays.fill(activated, 0);
    most = 1;
    for (int expert : experts) {
      most = Math.max(most, ranksOf[expert].length);
    }
    for (int replicas = 1, next; replicas <= most; replicas = next) {
      next = most + 1;
      for (int expert : experts) {
        int has = ranksOf[expert].length;
        if (has == replicas) {
          activated[idlest(ranksOf[expert])]++;
        } else if (has > replicas) {
          next = Math.min(next, has);
        }
      }
    }
  }

  private int idlest(int[] ranks) {
    int idlest = ranks[0];
    for (int rank : ranks) {
      if ((activated[rank] + 1) * slowness[rank] < (activated[idlest] + 1) * slowness[idlest]) {
        idlest = rank;
      }
    }
    return idlest;
  }

  /** The work of the busiest rank: its activated experts, times its slowness. */
  double busiest() {
    double busiest = 0;
    for (int rank = 0; rank < activated.length; rank++) {
      busiest = Math.max(busiest, activated[rank] * slowness[rank]);
    }
    return busiest;
  }

  /** The squares of all ranks' work, summed: less is more even. */
  double squares() {
    double sum = 0;
    for (int rank = 0; rank < activated.length; rank++) {
      double work = activated[rank] * slowness[rank];
      sum += work * work;
    }
    return sum;
  }
}

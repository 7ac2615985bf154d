package io.stagger.strategies.balanced;

import io.stagger.api.Cluster;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** All placements that fill every slot and repeat no expert on a rank. */
final class FullPlacements {
  private final Cluster cluster;
  private final double[] counts;
  private final int[] held;
  private final int[] replicas;
  private final int[] rankOf;
  private double best = Double.POSITIVE_INFINITY;

  FullPlacements(Cluster cluster, double[] counts) {
    this.cluster = cluster;
    this.counts = counts;
    this.rankOf = cluster.layout().rankOfSlots();
    this.held = new int[rankOf.length];
    this.replicas = new int[counts.length];
  }

  /** The least work of the busiest rank. */
  double optimum() {
    return least(_ -> busiest());
  }

  /** The least cost; it is told the expert of each slot. */
  double least(ToDoubleFunction<int[]> cost) {
    fill(0, cost);
    return best;
  }

  private void fill(int slot, ToDoubleFunction<int[]> cost) {
    if (slot == held.length) {
      if (Arrays.stream(replicas).allMatch(count -> count > 0)) {
        best = Math.min(best, cost.applyAsDouble(held));
      }
      return;
    }
    // Experts ascend on a rank: every set of them once.
    boolean opens = slot == 0 || rankOf[slot] != rankOf[slot - 1];
    for (int expert = opens ? 0 : held[slot - 1] + 1; expert < counts.length; expert++) {
      held[slot] = expert;
      replicas[expert]++;
      fill(slot + 1, cost);
      replicas[expert]--;
    }
  }

  private double busiest() {
    double[] work = new double[cluster.ranks()];
    IntStream.range(0, held.length)
        .forEach(slot ->
            work[rankOf[slot]] +=
                counts[held[slot]] / replicas[held[slot]] / cluster.speed(rankOf[slot]));
    return Arrays.stream(work).max().orElseThrow();
  }
}

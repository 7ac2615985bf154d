package io.stagger.testkit;

import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;

/**
 * A cluster and a placement on it, made without any strategy.
 *
 * @param name for people
 * @param cluster the ranks
 * @param placement where the experts are
 */
public record Deployment(String name, Cluster cluster, Placement placement) {

  /** All experts on one rank, in order. */
  public static Deployment single(ModelShape model) {
    return contiguous(model, Cluster.of(1, 1, model.experts()));
  }

  /**
   * Deployments of many kinds: one rank to eight, contiguous, striped and random, with replicas,
   * with empty slots, with ranks that have no slot or are down.
   */
  public static List<Deployment> manyOf(ModelShape model) {
    int experts = model.experts();
    List<Deployment> all = new ArrayList<>();
    all.add(single(model));
    for (int ranks : new int[] {2, 3, 8}) {
      int nodes = ranks % 2 == 0 ? 2 : 1;
      all.add(contiguous(model, Cluster.of(nodes, ranks, experts)));
      all.add(striped(model, Cluster.of(nodes, ranks, experts)));
      all.add(random(model, Cluster.of(nodes, ranks, 2 * experts + 3), 0, ranks));
    }
    all.add(contiguous(model, Cluster.of(1, SlotLayout.of(0, experts, 0))));
    all.add(random(model, Cluster.of(1, SlotLayout.of(1, experts + 4, 0, 2)), 3, 5));
    all.add(withRankDown(model));
    return all;
  }

  /** Placements with replicas on one cluster of three ranks, to migrate between. */
  public static List<Deployment> steps(ModelShape model) {
    Cluster cluster = Cluster.of(1, 3, model.experts() + 5);
    return List.of(
        random(model, cluster, 0, 11),
        random(model, cluster, 2, 12),
        random(model, cluster, 0, 13));
  }

  private static Deployment contiguous(ModelShape model, Cluster cluster) {
    return of("contiguous", model, cluster, slot -> slot);
  }

  /** Expert {@code e} on rank {@code e mod ranks}. */
  private static Deployment striped(ModelShape model, Cluster cluster) {
    SlotLayout layout = cluster.layout();
    return of(
        "striped",
        model,
        cluster,
        slot -> layout.localSlot(slot) * layout.ranks() + layout.rankOf(slot));
  }

  private static Deployment random(ModelShape model, Cluster cluster, int empty, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int slots = cluster.layout().slots();
    int[][] rows = new int[model.layers()][slots];
    for (int[] row : rows) {
      for (int slot = 0; slot < slots; slot++) {
        boolean extra = slot >= model.experts();
        row[slot] = extra ? random.nextInt(model.experts()) : slot;
        row[slot] = slot >= slots - empty ? Placement.EMPTY : row[slot];
      }
      shuffle(row, random);
    }
    Placement placement = Placement.of(cluster.layout(), model.experts(), rows);
    return new Deployment("random", cluster, placement);
  }

  private static void shuffle(int[] row, SplittableRandom random) {
    for (int i = row.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int kept = row[i];
      row[i] = row[j];
      row[j] = kept;
    }
  }

  private static Deployment withRankDown(ModelShape model) {
    int experts = model.experts();
    Cluster cluster = Cluster.of(1, SlotLayout.of(2, experts)).withRanksDown(0);
    return of("rank 0 down", model, cluster, slot -> slot < 2 ? Placement.EMPTY : slot - 2);
  }

  private static Deployment of(
      String name, ModelShape model, Cluster cluster, IntUnaryOperator expertOf) {
    int[][] rows = new int[model.layers()][cluster.layout().slots()];
    for (int[] row : rows) {
      Arrays.setAll(row, expertOf);
    }
    return new Deployment(name, cluster, Placement.of(cluster.layout(), model.experts(), rows));
  }

  @Override
  public String toString() {
    return name + " on " + cluster.layout();
  }
}

package io.stagger.strategies.eplb;

import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The balancer once more, written from its description as plainly as possible and without regard to
 * time: lists, full scans, comparators. It shares no code with what it checks.
 */
final class NaiveEplb {

  private NaiveEplb() {}

  /** The expert of each slot of a layer, -1 where a rank is down. */
  static int[] place(ModelShape model, Cluster cluster, Load load, int layer, boolean global) {
    List<Float> weights = new ArrayList<>();
    for (int expert = 0; expert < model.experts(); expert++) {
      weights.add((float) load.get(layer, expert));
    }
    int groups = global ? 1 : model.groups();
    int nodes = global ? 1 : cluster.nodes();
    int groupSize = model.experts() / groups;

    List<Float> groupWeights =
        IntStream.range(0, groups)
            .mapToObj(g -> sum(weights.subList(g * groupSize, (g + 1) * groupSize)))
            .toList();
    List<List<Integer>> groupsOfNode =
        pack(groupWeights, Stream.generate(() -> groups / nodes).limit(nodes).toList());

    int[] slots = new int[cluster.layout().slots()];
    Arrays.fill(slots, -1);
    int ranksPerNode = cluster.ranks() / nodes;
    for (int node = 0; node < nodes; node++) {
      List<Integer> experts =
          groupsOfNode.get(node).stream()
              .flatMap(g -> IntStream.range(g * groupSize, (g + 1) * groupSize).boxed())
              .toList();
      List<Integer> ranks =
          IntStream.range(node * ranksPerNode, (node + 1) * ranksPerNode).boxed().toList();
      List<Integer> room =
          ranks.stream().map(r -> cluster.isUp(r) ? cluster.layout().slotsOf(r) : 0).toList();
      fillNode(slots, cluster, ranks, room, experts, weights);
    }
    return slots;
  }

  private static void fillNode(
      int[] slots,
      Cluster cluster,
      List<Integer> ranks,
      List<Integer> room,
      List<Integer> experts,
      List<Float> weights) {
    List<Integer> replicas = new ArrayList<>(experts);
    while (replicas.size() < room.stream().mapToInt(r -> r).sum()) {
      int heaviest = experts.getFirst();
      for (int expert : experts) {
        if (share(expert, replicas, weights) > share(heaviest, replicas, weights)) {
          heaviest = expert;
        }
      }
      replicas.add(heaviest);
    }
    List<Float> shares = replicas.stream().map(e -> share(e, replicas, weights)).toList();
    List<List<Integer>> packs = pack(shares, room);
    for (int i = 0; i < ranks.size(); i++) {
      int slot = cluster.layout().firstSlot(ranks.get(i));
      for (int replica : packs.get(i)) {
        slots[slot++] = replicas.get(replica);
      }
    }
  }

  private static float share(int expert, List<Integer> replicas, List<Float> weights) {
    int count = 0;
    for (int replica : replicas) {
      count += replica == expert ? 1 : 0;
    }
    return weights.get(expert) / count;
  }

  /** The items of each pack, in the order in which they came to it. */
  private static List<List<Integer>> pack(List<Float> weights, List<Integer> room) {
    List<List<Integer>> packs =
        room.stream().map(r -> (List<Integer>) new ArrayList<Integer>()).toList();
    List<Integer> items = new ArrayList<>(IntStream.range(0, weights.size()).boxed().toList());
    boolean onePerPack = room.stream().allMatch(r -> r <= 1);
    if (!onePerPack) {
      items.sort(Comparator.comparing(weights::get, Comparator.reverseOrder()));
    }
    float[] sums = new float[room.size()];
    for (int item : items) {
      int best = -1;
      for (int p = 0; p < sums.length; p++) {
        boolean open = packs.get(p).size() < room.get(p);
        if (open && (best < 0 || (!onePerPack && sums[p] < sums[best]))) {
          best = p;
        }
      }
      packs.get(best).add(item);
      sums[best] += weights.get(item);
    }
    return packs;
  }

  /** Eight lanes of four partial sums each; see the description of the original's sum. */
  static float sum(List<Float> values) {
    if (values.size() < 8) {
      return partialSums(values);
    }
    int rows = values.size() / 8;
    float total = 0;
    for (float value : values.subList(rows * 8, values.size())) {
      total += value;
    }
    for (int lane = 0; lane < 8; lane++) {
      int from = lane;
      total +=
          partialSums(IntStream.range(0, rows).mapToObj(r -> values.get(8 * r + from)).toList());
    }
    return total;
  }

  private static float partialSums(List<Float> values) {
    int inBlocks = values.size() / 4 * 4;
    float[] partial = new float[4];
    for (int i = 0; i < values.size(); i++) {
      partial[i < inBlocks ? i % 4 : 0] += values.get(i);
    }
    return partial[0] + partial[1] + partial[2] + partial[3];
  }
}

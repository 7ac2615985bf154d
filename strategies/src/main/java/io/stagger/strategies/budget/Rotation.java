package io.stagger.strategies.budget;

import io.stagger.api.Cluster;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Turns the ranks of one layer after the other, so that those that are alike (as many slots, as
 * fast) hold equally many experts over all layers, give or take one. The balance of a layer does
 * not change when ranks that are alike change places.
 */
final class Rotation {

  private final List<int[]> alike;

  /** Of each set of ranks that are alike, the position that gets a slot more next. */
  private final int[] next;

  Rotation(Cluster cluster) {
    Map<List<Double>, int[]> sets = new TreeMap<>((a, b) -> compare(a, b));
    for (int rank : cluster.ranksWithSlots()) {
      List<Double> kind = List.of((double) cluster.layout().slotsOf(rank), cluster.speed(rank));
      sets.merge(
          kind,
          new int[] {rank},
          (some, one) -> IntStream.concat(Arrays.stream(some), Arrays.stream(one)).toArray());
    }
    this.alike = List.copyOf(sets.values());
    this.next = new int[alike.size()];
  }

  private static int compare(List<Double> one, List<Double> other) {
    int bySlots = Double.compare(one.getFirst(), other.getFirst());
    return bySlots != 0 ? bySlots : Double.compare(one.getLast(), other.getLast());
  }

  /**
   * The turn of the next layer.
   *
   * @param slotsPerRank its slots; of ranks that are alike the lowest have the most
   * @return for each rank the one that takes its place
   */
  int[] turn(int[] slotsPerRank) {
    int[] place = IntStream.range(0, slotsPerRank.length).toArray();
    for (int set = 0; set < next.length; set++) {
      int[] ranks = alike.get(set);
      int least = slotsPerRank[ranks[ranks.length - 1]];
      int more = 0;
      for (int i = 0; i < ranks.length; i++) {
        place[ranks[i]] = ranks[(i + next[set]) % ranks.length];
        more += slotsPerRank[ranks[i]] > least ? 1 : 0;
      }
      next[set] = (next[set] + more) % ranks.length;
    }
    return place;
  }
}

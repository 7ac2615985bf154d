package io.stagger.strategies.balanced;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What lies on each rank of a layer, as plain sets of experts from which every load is summed up
 * anew: the oracle for what {@link Packing} keeps up to date.
 */
final class PlainLayer {

  private static final double ROUNDING = 1e-9;

  private final double[] weights;
  private final double[] slowness;
  private final List<Set<Integer>> ranks;

  private PlainLayer(double[] weights, double[] slowness, List<Set<Integer>> ranks) {
    this.weights = weights;
    this.slowness = slowness;
    this.ranks = ranks;
  }

  /** A layer that was dealt: ranks of different size, and some experts with several replicas. */
  static Packing dealt(Random random, int experts, int ranks, boolean replicated) {
    int[] capacities = new int[ranks];
    int slots = experts + (replicated ? 1 + random.nextInt(experts * (ranks - 1)) : 0);
    for (int slot = 0; slot < slots; slot++) {
      int rank = random.nextInt(ranks);
      while (capacities[rank] == experts) {
        rank = (rank + 1) % ranks;
      }
      capacities[rank]++;
    }
    int[] counted = IntStream.of(capacities).filter(capacity -> capacity > 0).toArray();
    // Powers of two: the work of whole loads is exact.
    double[] speeds =
        random.ints(counted.length, 0, 3).mapToDouble(power -> Math.scalb(1.0, power)).toArray();
    Packing packing = new Packing(experts, counted, speeds);
    deal(packing, random.ints(experts, 0, 1000).asDoubleStream().toArray());
    return packing;
  }

  /** Gives a packing weights, replicates and deals them. */
  static void deal(Packing packing, double... weights) {
    System.arraycopy(weights, 0, packing.weight, 0, weights.length);
    int[] order = IntStream.range(0, packing.experts).toArray();
    new HeaviestFirst(packing.experts).sort(order, 0, order.length, packing.weight);
    new Replication(packing).replicate(order);
    new HeaviestFirst(packing.experts).sort(order, 0, order.length, packing.share);
    new Deal(packing).deal(order);
  }

  /** A layer on equally fast ranks that hold these experts. */
  static Packing laid(double[] weights, int[]... ranks) {
    int[] capacities = Stream.of(ranks).mapToInt(held -> held.length).toArray();
    double[] speeds = new double[ranks.length];
    Arrays.fill(speeds, 1);
    Packing packing = new Packing(weights.length, capacities, speeds);
    System.arraycopy(weights, 0, packing.weight, 0, weights.length);
    Stream.of(ranks).flatMapToInt(IntStream::of).forEach(expert -> packing.count[expert]++);
    Arrays.setAll(packing.share, expert -> weights[expert] / packing.count[expert]);
    packing.clear();
    for (int rank = 0; rank < ranks.length; rank++) {
      for (int expert : ranks[rank]) {
        packing.add(expert, rank);
      }
    }
    packing.complete();
    return packing;
  }

  static PlainLayer of(Packing packing) {
    List<Set<Integer>> ranks = new ArrayList<>();
    for (int rank = 0; rank < packing.ranks; rank++) {
      Set<Integer> held = new TreeSet<>();
      for (int slot = packing.first[rank]; slot < packing.first[rank + 1]; slot++) {
        assertThat(held.add(packing.expertAt(slot))).as("held once by rank %d", rank).isTrue();
      }
      ranks.add(held);
    }
    return new PlainLayer(packing.weight.clone(), packing.slowness.clone(), ranks);
  }

  /** The same with other experts on one rank. */
  PlainLayer with(int rank, int out, int in) {
    List<Set<Integer>> changed = new ArrayList<>(ranks);
    Set<Integer> held = new TreeSet<>(ranks.get(rank));
    held.remove(out);
    held.add(in);
    changed.set(rank, held);
    return new PlainLayer(weights, slowness, changed);
  }

  /** The experts of each rank. */
  List<Set<Integer>> ranks() {
    return ranks;
  }

  boolean holds(int rank, int expert) {
    return ranks.get(rank).contains(expert);
  }

  int count(int expert) {
    return (int) ranks.stream().filter(held -> held.contains(expert)).count();
  }

  double share(int expert) {
    return weights[expert] / count(expert);
  }

  double work(int rank) {
    return ranks.get(rank).stream().mapToDouble(this::share).sum() * slowness[rank];
  }

  /** Holds every field of a packing that is open to the searches against this. */
  void assertIs(Packing packing) {
    assertThat(of(packing).ranks).isEqualTo(ranks);
    for (int rank = 0; rank < packing.ranks; rank++) {
      assertThat(packing.work(rank)).isCloseTo(work(rank), within(ROUNDING * (1 + work(rank))));
      assertThat(packing.hasRoom(rank)).isFalse();
      for (int slot = packing.first[rank]; slot < packing.first[rank + 1]; slot++) {
        assertSlot(packing, rank, slot);
      }
    }
    for (int expert = 0; expert < packing.experts; expert++) {
      assertThat(packing.count[expert]).isEqualTo(count(expert));
      assertChain(packing, expert);
    }
  }

  private void assertSlot(Packing packing, int rank, int slot) {
    assertThat(packing.rankOf[packing.replicaAt[slot]]).isEqualTo(rank);
    assertThat(packing.shareAt[slot]).isEqualTo(share(packing.expertAt(slot)));
    if (slot > packing.first[rank]) {
      assertThat(packing.shareAt[slot]).isGreaterThanOrEqualTo(packing.shareAt[slot - 1]);
    }
  }

  private void assertChain(Packing packing, int expert) {
    Set<Integer> chained = new TreeSet<>();
    int length = 0;
    for (int r = packing.head[expert]; r != Packing.NONE; r = packing.next[r]) {
      assertThat(packing.expertOf[r]).isEqualTo(expert);
      chained.add(packing.rankOf[r]);
      assertThat(++length).as("replicas of expert %d", expert).isLessThanOrEqualTo(count(expert));
    }
    assertThat(packing.share[expert]).isEqualTo(share(expert));
    for (int rank = 0; rank < packing.ranks; rank++) {
      assertThat(packing.holds(rank, expert)).isEqualTo(holds(rank, expert));
      assertThat(chained.contains(rank)).isEqualTo(holds(rank, expert));
    }
  }
}

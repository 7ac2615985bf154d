package io.stagger.strategies.balanced;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A packing stays what its exchanges make of it. */
class PackingTest {

  private static final int CHANGES = 60;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void swapsMoveTwoReplicasAndNothingElse(long seed) {
    Random random = new Random(seed);
    Packing packing = PlainLayer.dealt(random, 5 + random.nextInt(8), 2 + random.nextInt(4), true);
    PlainLayer plain = PlainLayer.of(packing);
    for (int i = 0; i < CHANGES; i++) {
      int one = slotOfAny(packing, random);
      int other = slotOfAny(packing, random);
      int rank = rankOf(packing, one);
      int otherRank = rankOf(packing, other);
      int expert = packing.expertAt(one);
      int otherExpert = packing.expertAt(other);
      if (rank != otherRank && !plain.holds(otherRank, expert) && !plain.holds(rank, otherExpert)) {
        packing.swap(one, rank, other, otherRank);
        plain = plain.with(rank, expert, otherExpert).with(otherRank, otherExpert, expert);
        plain.assertIs(packing);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void retypesLetBothExpertsShareTheirLoadAnew(long seed) {
    Random random = new Random(seed);
    Packing packing = PlainLayer.dealt(random, 5 + random.nextInt(8), 2 + random.nextInt(4), true);
    PlainLayer plain = PlainLayer.of(packing);
    plain.assertIs(packing);
    for (int i = 0; i < CHANGES; i++) {
      int slot = slotOfAny(packing, random);
      int rank = rankOf(packing, slot);
      int former = packing.expertAt(slot);
      int expert = random.nextInt(packing.experts);
      if (plain.count(former) > 1 && !plain.holds(rank, expert)) {
        packing.retype(packing.replicaAt[slot], expert);
        plain = plain.with(rank, former, expert);
        plain.assertIs(packing);
      }
    }
  }

  @Test
  void furtherReplicasTakeTheirPartOfTheLoad() {
    Packing packing = new Packing(3, new int[] {2, 2}, new double[] {1, 1});
    double[] weights = {12, 6, 2};
    System.arraycopy(weights, 0, packing.weight, 0, 3);
    System.arraycopy(weights, 0, packing.share, 0, 3);
    Arrays.fill(packing.count, 1);
    packing.clear();
    packing.add(0, 0);
    packing.add(1, 1);
    packing.add(2, 1);
    assertThat(packing.hasRoom(0)).isTrue();
    assertThat(packing.hasRoom(1)).isFalse();
    assertThat(packing.load).containsExactly(12, 8);
    packing.addFurther(1, 0);
    packing.complete();
    assertThat(packing.load).containsExactly(15, 5);
    assertThat(packing.shareAt).containsExactly(3, 12, 2, 3);
    PlainLayer.of(packing).assertIs(packing);
  }

  @Test
  void isEmptyOnceCleared() {
    Packing packing = PlainLayer.dealt(new Random(1), 6, 3, true);
    packing.clear();
    assertThat(packing.load).containsOnly(0);
    assertThat(packing.head).containsOnly(Packing.NONE);
    assertThat(IntStream.range(0, packing.ranks)).allMatch(packing::hasRoom);
    PlainLayer.deal(packing, 9, 8, 7, 6, 5, 4);
    PlainLayer.of(packing).assertIs(packing);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void ordersRanksByWorkAndEqualsByLowestId(long seed) {
    Random random = new Random(seed);
    int ranks = 12;
    double[] speeds =
        random.ints(ranks, 0, 2).mapToDouble(power -> Math.scalb(1.0, power)).toArray();
    Packing packing =
        new Packing(ranks, IntStream.generate(() -> 1).limit(ranks).toArray(), speeds);
    PlainLayer.deal(packing, random.ints(ranks, 0, 6).asDoubleStream().toArray());
    assertOrdered(packing);
    for (int i = 0; i < 20; i++) {
      int rank = random.nextInt(ranks);
      int other = (rank + 1 + random.nextInt(ranks - 1)) % ranks;
      packing.swap(rank, rank, other, other);
      packing.orderRanks();
      assertOrdered(packing);
    }
  }

  private static void assertOrdered(Packing packing) {
    Comparator<Integer> lightestFirst = Comparator.comparingDouble(packing::work);
    int[] expected =
        IntStream.range(0, packing.ranks)
            .boxed()
            .sorted(lightestFirst.reversed())
            .mapToInt(Integer::intValue)
            .toArray();
    assertThat(packing.busiestFirst).containsExactly(expected);
    assertThat(packing.busiest()).isEqualTo(expected[0]);
  }

  @Test
  void aCopyIsEqualAndApart() {
    Random random = new Random(3);
    Packing packing = PlainLayer.dealt(random, 6, 3, true);
    PlainLayer before = PlainLayer.of(packing);
    Packing copy = new Packing(6, capacities(packing), speeds(packing));
    copy.copyFrom(packing);
    before.assertIs(copy);
    assertThat(copy.busiestFirst).containsExactly(packing.busiestFirst);
    PlainLayer.deal(packing, 1, 2, 3, 400, 5, 6);
    before.assertIs(copy);
  }

  @Test
  void aCopyGoesOnWhereTheOriginalWas() {
    Packing packing = new Packing(2, new int[] {1, 1}, new double[] {1, 1});
    packing.weight[1] = 3;
    packing.share[1] = 3;
    Arrays.fill(packing.count, 1);
    packing.clear();
    packing.add(0, 0);
    Packing copy = new Packing(2, new int[] {1, 1}, new double[] {1, 1});
    copy.copyFrom(packing);
    copy.add(1, 1);
    copy.complete();
    PlainLayer.of(copy).assertIs(copy);
  }

  private static int slotOfAny(Packing packing, Random random) {
    return random.nextInt(packing.slots());
  }

  private static int rankOf(Packing packing, int slot) {
    return IntStream.range(0, packing.ranks)
        .filter(rank -> slot < packing.first[rank + 1])
        .findFirst()
        .orElseThrow();
  }

  private static int[] capacities(Packing packing) {
    return IntStream.range(0, packing.ranks)
        .map(rank -> packing.first[rank + 1] - packing.first[rank])
        .toArray();
  }

  private static double[] speeds(Packing packing) {
    return IntStream.range(0, packing.ranks).mapToDouble(r -> 1 / packing.slowness[r]).toArray();
  }
}

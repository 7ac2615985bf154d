package io.stagger.strategies.balanced;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stagger.api.Cluster;
import io.stagger.api.SlotLayout;
import io.stagger.strategies.balanced.Completion.Answer;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The exhaustive search finds what there is, and says that there is none only where that is so. */
class CompletionTest {

  private static final long PLENTY = 1_000_000;

  private static Packing packing(Cluster cluster, double... counts) {
    Packing packing = CountedRanks.of(cluster, counts.length).emptyPacking();
    System.arraycopy(counts, 0, packing.weight, 0, counts.length);
    return packing;
  }

  private static int[] byWeight(Packing packing) {
    int[] order = IntStream.range(0, packing.experts).toArray();
    new HeaviestFirst(packing.experts).sort(order, 0, order.length, packing.weight);
    return order;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void agreesWithTryingAllPlacements(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 60; round++) {
      int perRank = 1 + random.nextInt(3);
      int ranks = 2 + random.nextInt(perRank == 3 ? 2 : 3);
      int experts = perRank + random.nextInt(ranks * perRank - perRank + 1);
      double[] counts = random.ints(experts, 0, 50).asDoubleStream().toArray();
      Cluster cluster = Cluster.of(1, ranks, ranks * perRank);
      double optimum = new FullPlacements(cluster, counts).optimum();
      Packing packing = packing(cluster, counts);
      Completion search = new Completion(packing);
      int[] order = byWeight(packing);
      String name = "seed %d, round %d: %s".formatted(seed, round, Arrays.toString(counts));
      assertThat(search.find(order, optimum * (1 - 1e-6) - 1e-9, PLENTY))
          .as(name)
          .isEqualTo(Answer.IMPOSSIBLE);
      assertThat(search.find(order, optimum * (1 + 1e-9), PLENTY)).as(name).isEqualTo(Answer.FOUND);
      search.apply(order);
      assertThat(packing.work(packing.busiest())).as(name).isCloseTo(optimum, within(1e-6));
      assertThat(packing.count).as(name).doesNotContain(0);
      assertThat(Arrays.stream(packing.count).sum()).as(name).isEqualTo(packing.slots());
    }
  }

  @Test
  void doesNotKnowWhenItsStepsAreSpent() {
    Packing packing = packing(Cluster.of(1, 8, 16), 90, 132, 40, 61, 104, 165, 39, 4, 73, 56, 183);
    Completion search = new Completion(packing);
    assertThat(search.find(byWeight(packing), 128, 5)).isEqualTo(Answer.UNKNOWN);
    assertThat(search.steps()).isEqualTo(5);
  }

  @Test
  void isForSmallLayersOnRanksThatAreAlike() {
    assertThat(Completion.fits(packing(Cluster.of(1, 4, 8), new double[8]))).isTrue();
    assertThat(Completion.fits(packing(Cluster.of(1, SlotLayout.of(2, 3)), new double[4])))
        .isFalse();
    assertThat(Completion.fits(packing(Cluster.of(1, 2, 4).withSpeeds(1, 2), new double[4])))
        .isFalse();
    assertThat(Completion.fits(packing(Cluster.of(1, 13, 65), new double[65]))).isFalse();
  }
}

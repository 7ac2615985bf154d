package io.stagger.strategies.balanced;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stagger.api.Cluster;
import io.stagger.api.SlotLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Balanced finds the optimum where it is known. */
class BalancedOptimaTest {

  @Test
  void findsTheOptimaOfTheEplbReadme() {
    Cluster cluster = Cluster.of(1, 8, 16);
    double[] first = {90, 132, 40, 61, 104, 165, 39, 4, 73, 56, 183, 86};
    double[] second = {20, 107, 104, 64, 19, 197, 187, 157, 172, 86, 16, 27};
    assertThat(Plans.busiest(cluster, Plans.defaults(), first)).isEqualTo(136);
    assertThat(Plans.busiest(cluster, Plans.defaults(), second)).isEqualTo(172);
  }

  @Test
  void findsTheOptimumOfVllmsExtremeInput() {
    assertThat(Plans.busiest(Cluster.of(1, 4, 12), Plans.defaults(), 1000, 1, 1, 1, 1, 1, 1, 1))
        .isEqualTo(252);
  }

  @Test
  void findsTheOptimumOfFlashLbsInstance() {
    // github.com/vllm-project/vllm/pull/37656 claims 205; enumeration of all counts gives 590 / 3.
    double[] counts = {600, 560, 120, 120, 20, 10, 10, 10};
    assertThat(Plans.busiest(Cluster.of(1, 8, 16), Plans.defaults(), counts))
        .isCloseTo(590 / 3.0, within(1e-9));
  }

  @Test
  void findsTheOptimaOfVllmsSmallInputs() {
    double[] multi = {10, 20, 30, 40, 50, 60};
    assertThat(Plans.busiest(Cluster.of(1, 4, 8), Plans.defaults(), multi)).isEqualTo(55);
    double[] hierarchical = {100, 50, 200, 75, 150, 25, 300, 80};
    assertThat(Plans.busiest(Cluster.of(1, 4, 12), Plans.defaults(), hierarchical))
        .isLessThanOrEqualTo(255);
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14})
  void findsTheExhaustiveOptimum(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 100; round++) {
      int[] slots = random.ints(2 + random.nextInt(3), 1, 4).toArray();
      int total = Arrays.stream(slots).sum();
      int least = Arrays.stream(slots).max().orElseThrow();
      int experts = Math.min(total, least + random.nextInt(5));
      double[] counts = random.ints(experts, 1, 100).asDoubleStream().toArray();
      Cluster cluster = Cluster.of(1, SlotLayout.of(slots));
      if (random.nextInt(3) == 0) {
        cluster = cluster.withSpeeds(random.doubles(slots.length, 0.5, 2).toArray());
      }
      double optimum = new FullPlacements(cluster, counts).optimum();
      assertThat(Plans.busiest(cluster, Plans.thorough(60).with("prove", true), counts))
          .as("seed %d, round %d: %s, %s", seed, round, cluster, Arrays.toString(counts))
          .isLessThanOrEqualTo(optimum * (1 + 1e-9));
    }
  }
}

package io.stagger.runtime.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.Cluster;
import io.stagger.api.Placement;
import io.stagger.api.runtime.Routing;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Three ranks of three slots each. */
class ActivatedReplicaPolicyTest {

  private static final Cluster CLUSTER = Cluster.of(1, 3, 9);

  private static int[] choose(Cluster cluster, int[] row, int topK, int... experts) {
    Placement placement = Placement.of(cluster.layout(), 6, new int[][] {row});
    Routing routing = Routing.of(topK, experts, new float[experts.length]);
    return new ActivatedReplicaPolicy().choose(placement, cluster, 0, routing, 0);
  }

  @Test
  void readsTheWeightsOfAnExpertOnOneRankOnly() {
    int[] row = {0, 1, 2, 0, 1, 3, 0, 4, 5};
    assertThat(choose(CLUSTER, row, 1, 0, 0, 0)).containsExactly(0, 0, 0);
  }

  @Test
  void placesExpertsWithoutAChoiceFirst() {
    // 0 on ranks 0 and 1; 2, which comes later, on rank 0 alone.
    int[] row = {0, 2, 3, 0, 4, 4, 1, 1, 5};
    assertThat(choose(CLUSTER, row, 2, 0, 2)).containsExactly(3, 1);
  }

  @Test
  void placesExpertsWithFewReplicasBeforeThoseWithMore() {
    // 0 may go anywhere, 1 to rank 0 or 1, 2 to rank 1 alone.
    int[] row = {0, 1, 4, 0, 1, 2, 0, 3, 5};
    assertThat(choose(CLUSTER, row, 3, 0, 1, 2)).containsExactly(6, 1, 5);
  }

  @Test
  void givesAFastRankMore() {
    int[] row = {0, 1, 2, 0, 1, 2, 3, 4, 5};
    assertThat(choose(CLUSTER.withSpeeds(1, 3, 1), row, 3, 0, 1, 2)).containsExactly(3, 4, 2);
  }

  /** The oracle tries every way to serve each expert on one rank. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void activatesAtMostOneMoreThanTheBestChoiceCould(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] row = random.ints(9, 0, 6).toArray();
    for (int expert = 0; expert < 6; expert++) {
      row[expert] = expert;
    }
    int[] experts = random.ints(4, 0, 6).toArray();

    int[] slots = choose(CLUSTER, row, 1, experts);

    var held = new TreeMap<Integer, TreeSet<Integer>>();
    for (int i = 0; i < slots.length; i++) {
      assertThat(row[slots[i]]).isEqualTo(experts[i]);
      held.computeIfAbsent(slots[i] / 3, rank -> new TreeSet<>()).add(experts[i]);
    }
    int most = held.values().stream().mapToInt(TreeSet::size).max().orElseThrow();
    int[] distinct = Arrays.stream(experts).distinct().toArray();
    int fewest = fewest(row, distinct, 0, new int[3]);
    assertThat(most).isBetween(fewest, fewest + 1);
  }

  private static int fewest(int[] row, int[] experts, int at, int[] activated) {
    if (at == experts.length) {
      return Arrays.stream(activated).max().orElseThrow();
    }
    int fewest = Integer.MAX_VALUE;
    for (int slot = 0; slot < row.length; slot++) {
      if (row[slot] == experts[at]) {
        activated[slot / 3]++;
        fewest = Math.min(fewest, fewest(row, experts, at + 1, activated));
        activated[slot / 3]--;
      }
    }
    return fewest;
  }
}

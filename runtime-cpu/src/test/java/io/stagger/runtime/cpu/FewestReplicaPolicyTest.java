package io.stagger.runtime.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.Cluster;
import io.stagger.api.Placement;
import io.stagger.api.runtime.Routing;
import org.junit.jupiter.api.Test;

/** Three ranks of three slots each. */
class FewestReplicaPolicyTest {

  private static final Cluster CLUSTER = Cluster.of(1, 3, 9);

  private static int[] choose(Cluster cluster, int[] row, int topK, int... experts) {
    Placement placement = Placement.of(cluster.layout(), 6, new int[][] {row});
    Routing routing = Routing.of(topK, experts, new float[experts.length]);
    return new FewestReplicaPolicy().choose(placement, cluster, 0, routing, 0);
  }

  @Test
  void servesWhereTheTokenIsAnyway() {
    // Expert 0 on ranks 0 and 2, expert 5 on rank 2 alone.
    int[] row = {0, 1, 2, 1, 2, 3, 0, 4, 5};
    assertThat(choose(CLUSTER, row, 2, 0, 5)).containsExactly(6, 8);
  }

  @Test
  void visitsTheRankThatServesMost() {
    // 0 and 1 are both on rank 1 and each on another.
    int[] row = {0, 2, 3, 0, 1, 4, 1, 5, 5};
    assertThat(choose(CLUSTER, row, 2, 0, 1)).containsExactly(3, 4);
  }

  @Test
  void takesTheIdlestAmongEquals() {
    int[] row = {0, 1, 2, 0, 1, 3, 4, 5, 5};
    assertThat(choose(CLUSTER, row, 1, 0, 0, 0)).containsExactly(0, 3, 0);
    assertThat(choose(CLUSTER.withSpeeds(1, 2, 1), row, 1, 0, 0, 0)).containsExactly(0, 3, 3);
  }

  @Test
  void everyTokenIsServedByItself() {
    int[] row = {0, 1, 2, 0, 4, 3, 4, 5, 5};
    // The second token visits rank 1 for 3, whatever the first did.
    assertThat(choose(CLUSTER, row, 2, 0, 1, 0, 3)).containsExactly(0, 1, 3, 5);
  }
}

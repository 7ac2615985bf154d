package io.stagger.runtime.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.Cluster;
import io.stagger.api.Placement;
import io.stagger.api.runtime.Routing;
import org.junit.jupiter.api.Test;

/** Four ranks on two nodes, two slots each; ranks 0 and 1 are on node 0. */
class NearestReplicaPolicyTest {

  private static final Cluster CLUSTER = Cluster.of(2, 4, 8);

  @Test
  void takesTheReplicaOfTheOwnRank() {
    // Expert 0 is everywhere.
    Placement placement = placement(4, 0, 1, 0, 2, 0, 3, 0, 1);
    assertThat(choose(placement, CLUSTER, 2, 0, 0, 0)).containsExactly(4, 4, 4);
  }

  @Test
  void elseTakesAReplicaOfTheOwnNode() {
    // Expert 0 on ranks 1, 2 and 3.
    Placement placement = placement(4, 1, 2, 3, 0, 0, 1, 0, 2);
    assertThat(choose(placement, CLUSTER, 0, 0, 0)).containsExactly(3, 3);
  }

  @Test
  void elseSpreadsOverTheRanksWithTheLeastToDo() {
    // Expert 0 on ranks 2 and 3 alone.
    Placement placement = placement(4, 1, 2, 3, 1, 0, 1, 0, 2);
    assertThat(choose(placement, CLUSTER, 0, 0, 0, 0, 0)).containsExactly(4, 6, 4, 6);
  }

  @Test
  void countsTheWorkThatHadNoChoice() {
    // Expert 3 on rank 2 alone, expert 0 on ranks 2 and 3.
    Placement placement = placement(4, 1, 2, 2, 1, 0, 3, 0, 2);
    assertThat(choose(placement, CLUSTER, 0, 3, 3, 0, 0, 0)).containsExactly(5, 5, 6, 6, 4);
  }

  @Test
  void givesFasterRanksMore() {
    Placement placement = placement(4, 1, 2, 3, 1, 0, 1, 0, 2);
    Cluster uneven = CLUSTER.withSpeeds(1, 1, 1, 2);
    assertThat(choose(placement, uneven, 0, 0, 0, 0, 0, 0, 0)).containsExactly(4, 6, 6, 4, 6, 6);
  }

  @Test
  void takesTheLowestSlotAmongEquals() {
    // Expert 0 twice on the own rank.
    Placement placement = placement(4, 0, 0, 1, 2, 3, 1, 2, 3);
    assertThat(choose(placement, CLUSTER, 0, 0, 0)).containsExactly(0, 0);
  }

  @Test
  void beginsEveryBatchAfresh() {
    Placement placement = placement(4, 1, 2, 3, 1, 0, 1, 0, 2);
    NearestReplicaPolicy policy = new NearestReplicaPolicy();
    Routing routing = Routing.of(1, new int[1], new float[1]);
    assertThat(policy.choose(placement, CLUSTER, 0, routing, 0)).containsExactly(4);
    assertThat(policy.choose(placement, CLUSTER, 0, routing, 0)).containsExactly(4);
  }

  private static Placement placement(int experts, int... row) {
    return Placement.of(CLUSTER.layout(), experts, new int[][] {row});
  }

  private static int[] choose(Placement placement, Cluster cluster, int source, int... experts) {
    Routing routing = Routing.of(1, experts, new float[experts.length]);
    return new NearestReplicaPolicy().choose(placement, cluster, 0, routing, source);
  }
}

package io.stagger.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.stagger.api.error.InvalidClusterException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterTest {

  private static final Cluster CLUSTER = Cluster.of(2, SlotLayout.of(3, 2, 2, 2));

  @Test
  void putsConsecutiveRanksOnANode() {
    assertThat(CLUSTER.nodes()).isEqualTo(2);
    assertThat(CLUSTER.ranks()).isEqualTo(4);
    assertThat(CLUSTER.ranksPerNode()).isEqualTo(2);
    assertThat(CLUSTER.nodeOf(1)).isZero();
    assertThat(CLUSTER.nodeOf(2)).isEqualTo(1);
  }

  @Test
  void spreadsSlotsEvenlyWhereOnlyTheirNumberIsGiven() {
    assertThat(Cluster.of(2, 4, 9)).isEqualTo(CLUSTER);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 3, 5})
  void refusesNodesThatDoNotDivideTheRanks(int nodes) {
    assertThatExceptionOfType(InvalidClusterException.class)
        .isThrownBy(() -> Cluster.of(nodes, 4, 8))
        .withMessage(
            "cluster: " + nodes + " nodes for 4 ranks; expected a divisor of the ranks, from 1");
  }

  @Test
  void isUpUnlessSaidOtherwise() {
    Cluster cluster = CLUSTER.withRanksDown(0, 2);
    assertThat(CLUSTER.ranksUp()).containsExactly(0, 1, 2, 3);
    assertThat(cluster.ranksUp()).containsExactly(1, 3);
    assertThat(cluster.isUp(2)).isFalse();
    assertThat(cluster.isUp(3)).isTrue();
    assertThat(cluster.usableSlots()).isEqualTo(4);
    assertThat(CLUSTER.usableSlots()).isEqualTo(9);
  }

  @Test
  void ranksWithSlotsAreThoseThatCanHoldExperts() {
    Cluster cluster = Cluster.of(1, SlotLayout.of(2, 0, 3, 1)).withRanksDown(2);
    assertThat(cluster.ranksWithSlots()).containsExactly(0, 3);
  }

  @Test
  void keepsNodesSpeedsAndRanksThatAreDownUnderOtherSlots() {
    SlotLayout layout = SlotLayout.of(1, 2, 3, 4);
    Cluster cluster = Cluster.of(2, 4, 8).withSpeeds(1, 2, 3, 4).withRanksDown(1);
    assertThat(cluster.withLayout(layout))
        .isEqualTo(Cluster.of(2, layout).withSpeeds(1, 2, 3, 4).withRanksDown(1));
  }

  @Test
  void refusesTheSlotsOfOtherRanks() {
    Cluster cluster = Cluster.of(2, 4, 8);
    SlotLayout three = SlotLayout.of(4, 4, 4);
    assertThatExceptionOfType(InvalidClusterException.class)
        .isThrownBy(() -> cluster.withLayout(three))
        .withMessage("cluster: slots of 3 ranks; expected those of 4 ranks");
  }

  @Test
  void forgetsEarlierRanksThatWereDown() {
    assertThat(CLUSTER.withRanksDown(0).withRanksDown(1).ranksUp()).containsExactly(0, 2, 3);
    assertThat(CLUSTER.withRanksDown(0).withRanksDown()).isEqualTo(CLUSTER);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 4})
  void refusesARankThatDoesNotExist(int rank) {
    assertThatExceptionOfType(InvalidClusterException.class)
        .isThrownBy(() -> CLUSTER.withRanksDown(1, rank))
        .withMessage("cluster: rank " + rank + " is said to be down; expected a rank from 0 to 3");
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> CLUSTER.isUp(rank));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> CLUSTER.nodeOf(rank));
  }

  @Test
  void refusesThatAllRanksAreDown() {
    assertThatExceptionOfType(InvalidClusterException.class)
        .isThrownBy(() -> CLUSTER.withRanksDown(0, 1, 2, 3))
        .withMessage("cluster: all 4 ranks are down; expected at least one rank that is up");
  }

  @Test
  void knowsHowFastARankIs() {
    double[] speeds = {1, 2, 1, 0.5};
    Cluster cluster = CLUSTER.withSpeeds(speeds);
    speeds[1] = 7;
    assertThat(cluster.speed(1)).isEqualTo(2);
    assertThat(cluster.speed(3)).isEqualTo(0.5);
    assertThat(CLUSTER.speed(3)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY, Double.MIN_VALUE, 9.9e-7, 1.1e6})
  void refusesASpeedThatIsNoRelationAndNamesTheRank(double speed) {
    assertThatExceptionOfType(InvalidClusterException.class)
        .isThrownBy(() -> CLUSTER.withSpeeds(1, 1, speed, 1))
        .withMessage(
            "cluster, rank 2: speed " + speed + "; expected a number from 1.0E-6 to 1000000.0");
  }

  @Test
  void acceptsTheSlowestAndTheFastest() {
    Cluster cluster = CLUSTER.withSpeeds(Cluster.MIN_SPEED, Cluster.MAX_SPEED, 1, 1);
    assertThat(cluster.speed(0)).isEqualTo(1e-6);
    assertThat(cluster.speed(1)).isEqualTo(1e6);
  }

  @Test
  void refusesTooFewSpeeds() {
    assertThatExceptionOfType(InvalidClusterException.class)
        .isThrownBy(() -> CLUSTER.withSpeeds(1, 1))
        .withMessage("cluster: 2 speeds; expected 4, one for each rank");
  }

  @Test
  void keepsSpeedsAndRanksDownTogether() {
    Cluster cluster = CLUSTER.withSpeeds(1, 2, 3, 4).withRanksDown(3);
    assertThat(cluster.speed(2)).isEqualTo(3);
    assertThat(cluster.withSpeeds(1, 1, 1, 1).isUp(3)).isFalse();
  }

  @Test
  void isUniformWhereNoRankDiffers() {
    Cluster even = Cluster.of(2, 4, 8);
    assertThat(even.isUniform()).isTrue();
    assertThat(CLUSTER.isUniform()).isFalse();
    assertThat(even.withRanksDown(3).isUniform()).isFalse();
    assertThat(even.withSpeeds(1, 1, 1, 2).isUniform()).isFalse();
    assertThat(even.withSpeeds(2, 2, 2, 2).isUniform()).isTrue();
  }

  @Test
  void saysHowManySlotsAModelLacks() {
    Cluster cluster = CLUSTER.withRanksDown(0);
    assertThatNoException().isThrownBy(() -> cluster.requireRoomFor(ModelShape.of(1, 6, 1, 1, 1)));
    assertThatExceptionOfType(InvalidClusterException.class)
        .isThrownBy(() -> cluster.requireRoomFor(ModelShape.of(1, 8, 1, 1, 1)))
        .withMessage(
            "cluster of 4 ranks, 1 down: 6 usable slots for 8 experts of a layer;"
                + " expected a slot for every expert. Add at least 2 slots");
  }

  @Test
  void hasRoomForAModelWithoutMoeLayers() {
    assertThatNoException()
        .isThrownBy(() -> CLUSTER.requireRoomFor(ModelShape.of(0, 100, 1, 1, 1)));
  }

  @Test
  void isAValue() {
    assertThat(CLUSTER.withRanksDown(1))
        .isEqualTo(Cluster.of(2, 4, 9).withRanksDown(1))
        .hasSameHashCodeAs(Cluster.of(2, 4, 9).withRanksDown(1))
        .isNotEqualTo(CLUSTER)
        .doesNotHaveSameHashCodeAs(CLUSTER)
        .isNotEqualTo(Cluster.of(4, 4, 9).withRanksDown(1))
        .isNotEqualTo(Cluster.of(2, 4, 8).withRanksDown(1))
        .isNotEqualTo(CLUSTER.withRanksDown(1).withSpeeds(1, 1, 1, 2));
  }

  @Test
  void namesWhatIsUnusual() {
    assertThat(CLUSTER.withRanksDown(1))
        .hasToString("Cluster[nodes=2, SlotLayout[3, 2, 2, 2], down={1}]");
    assertThat(Cluster.of(1, 2, 2).withSpeeds(1, 2))
        .hasToString("Cluster[nodes=1, SlotLayout[1, 1], down={}, speeds=[1.0, 2.0]]");
  }
}

package io.stagger.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.stagger.api.error.InvalidClusterException;
import io.stagger.api.error.InvalidLoadException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BalanceTest {

  private static final Cluster FOUR = Cluster.of(1, 4, 8);

  /** The load statistics that vLLM's test expects: average 50, maximum 200 over two layers. */
  @Test
  void givesTheBalancednessOfVllmsTest() {
    Balance balance = Balance.ofRankLoads(new double[][] {{100, 0, 0, 0}, {100, 0, 0, 0}}, FOUR);
    assertThat(balance.ideal(0) + balance.ideal(1)).isEqualTo(50);
    assertThat(balance.busiest(0) + balance.busiest(1)).isEqualTo(200);
    assertThat(balance.balancedness()).isEqualTo(0.25);
    assertThat(balance.imbalance()).isEqualTo(3);
    assertThat(balance.busiestShare()).isEqualTo(1);
  }

  /** The example of the EPLB README, with the placement and the maxima that its code gives. */
  @Test
  void givesTheRankLoadsOfTheEplbReadme() {
    double[][] counts = {
      {90, 132, 40, 61, 104, 165, 39, 4, 73, 56, 183, 86},
      {20, 107, 104, 64, 19, 197, 187, 157, 172, 86, 16, 27}
    };
    int[][] rows = {
      {5, 6, 5, 7, 8, 4, 3, 4, 10, 9, 10, 2, 0, 1, 11, 1},
      {7, 10, 6, 8, 6, 11, 8, 9, 2, 4, 5, 1, 5, 0, 3, 1}
    };
    Cluster cluster = Cluster.of(2, 8, 16);
    Balance balance =
        Balance.of(Placement.of(cluster.layout(), 12, rows), Load.of(12, counts), cluster);
    assertThat(balance.busiest(0)).isEqualTo(156.0);
    assertThat(balance.busiest(1)).isEqualTo(179.5);
    assertThat(balance.ideal(0) / balance.busiest(0)).isEqualTo(0.8277, within(5e-5));
    assertThat(balance.ideal(1) / balance.busiest(1)).isEqualTo(0.8050, within(5e-5));
    assertThat(balance.balancedness())
        .isEqualTo((129.125 + 144.5) / (156.0 + 179.5), within(1e-15));
    assertThat(balance.imbalance(0)).isEqualTo((156 - 129.125) / 129.125, within(1e-15));
    assertThat(balance.imbalance())
        .isEqualTo((balance.imbalance(0) + balance.imbalance(1)) / 2, within(1e-15));
    assertThat(balance.worstImbalance()).isEqualTo(balance.imbalance(1));
  }

  @Test
  void sharesAnExpertsLoadAmongItsReplicasAndSkipsEmptySlots() {
    Cluster cluster = Cluster.of(1, 3, 6);
    Placement placement = Placement.of(cluster.layout(), 3, new int[][] {{0, 1, 0, 0, 2, -1}});
    Balance balance = Balance.of(placement, Load.of(3, new double[][] {{30, 4, 8}}), cluster);
    assertThat(balance.busiest(0)).isEqualTo(20);
    assertThat(balance.ideal(0)).isEqualTo(14);
    assertThat(balance.busiestShare()).isEqualTo(20.0 / 42);
  }

  @Test
  void measuresAFasterRankByTheTimeItTakes() {
    Cluster cluster = Cluster.of(1, 2, 2).withSpeeds(3, 1);
    Balance even = Balance.ofRankLoads(new double[][] {{30, 10}}, cluster);
    assertThat(even.busiest(0)).isEqualTo(10);
    assertThat(even.ideal(0)).isEqualTo(10);
    assertThat(even.imbalance()).isZero();
    assertThat(even.balancedness()).isEqualTo(1);
    Balance skewed = Balance.ofRankLoads(new double[][] {{10, 30}}, cluster);
    assertThat(skewed.imbalance(0)).isEqualTo(2);
    assertThat(skewed.busiestShare()).isEqualTo(30 / (30 + 10 / 3.0), within(1e-15));
  }

  @Test
  void leavesRanksOutThatAreDownOrHaveNoSlot() {
    Cluster cluster = Cluster.of(1, SlotLayout.of(2, 0, 2, 2)).withRanksDown(3);
    Balance balance = Balance.ofRankLoads(new double[][] {{6, 0, 2, 0}}, cluster);
    assertThat(balance.ideal(0)).isEqualTo(4);
    assertThat(balance.imbalance()).isEqualTo(0.5);
    assertThat(balance.busiestShare()).isEqualTo(0.75);
  }

  @Test
  void isPerfectWithoutLoad() {
    Balance balance = Balance.ofRankLoads(new double[2][4], FOUR);
    assertThat(balance.imbalance(1)).isZero();
    assertThat(balance.imbalance()).isZero();
    assertThat(balance.worstImbalance()).isZero();
    assertThat(balance.balancedness()).isEqualTo(1);
    assertThat(balance.busiestShare()).isZero();
  }

  @Test
  void isPerfectWithoutLayersAndWithoutRanksThatCount() {
    Balance none = Balance.ofRankLoads(new double[0][], FOUR);
    assertThat(none.layers()).isZero();
    assertThat(none.imbalance()).isZero();
    assertThat(none.balancedness()).isEqualTo(1);
    assertThat(none.busiestShare()).isZero();
    Balance empty = Balance.ofRankLoads(new double[1][2], Cluster.of(1, 2, 0));
    assertThat(empty.layers()).isEqualTo(1);
    assertThat(empty.busiest(0)).isZero();
    assertThat(empty.ideal(0)).isZero();
    assertThat(empty.imbalance()).isZero();
  }

  @Test
  void countsTheIdleLayerInTheMeanImbalanceAsEven() {
    Balance balance = Balance.ofRankLoads(new double[][] {{4, 0, 0, 0}, {0, 0, 0, 0}}, FOUR);
    assertThat(balance.imbalance(0)).isEqualTo(3);
    assertThat(balance.imbalance()).isEqualTo(1.5);
    assertThat(balance.worstImbalance()).isEqualTo(3);
  }

  @Test
  void findsTheBusiestShareOverAllLayers() {
    Balance balance = Balance.ofRankLoads(new double[][] {{5, 1, 0, 0}, {0, 6, 1, 1}}, FOUR);
    assertThat(balance.busiestShare()).isEqualTo(0.5);
  }

  @Test
  void isNeverNegativeNorBetterThanPerfect() {
    long seed = 7;
    Random random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      int ranks = 1 + random.nextInt(40);
      double[] row = new double[ranks];
      Arrays.fill(row, random.nextDouble());
      double[] speeds = new double[ranks];
      Arrays.fill(speeds, 0.1 + random.nextDouble());
      Cluster cluster = Cluster.of(1, ranks, ranks).withSpeeds(speeds);
      Balance balance = Balance.ofRankLoads(new double[][] {row}, cluster);
      String where = "seed " + seed + ", round " + round;
      assertThat(balance.imbalance()).as(where).isBetween(0.0, 1e-14);
      assertThat(balance.balancedness()).as(where).isBetween(1 - 1e-14, 1.0);
    }
  }

  @Test
  void staysFiniteForTheLargestLoadOnTheSlowestRank() {
    Cluster cluster = Cluster.of(1, 2, 8).withSpeeds(Cluster.MIN_SPEED, Cluster.MAX_SPEED);
    Placement placement = Placement.of(cluster.layout(), 4, new int[][] {{0, 1, 2, 3, 0, 1, 2, 3}});
    Balance balance = Balance.of(placement, Load.uniform(1, 4, Load.MAX_COUNT), cluster);
    assertThat(balance.imbalance()).isFinite().isPositive();
    assertThat(balance.balancedness()).isFinite().isPositive();
  }

  @Test
  void refusesALoadOfAnotherSize() {
    Placement placement = Placement.of(FOUR.layout(), 8, new int[][] {{0, 1, 2, 3, 4, 5, 6, 7}});
    assertThatExceptionOfType(InvalidLoadException.class)
        .isThrownBy(() -> Balance.of(placement, Load.uniform(1, 7, 1), FOUR))
        .withMessage("load: 1 layers x 7 experts; expected 1 layers x 8 experts");
    assertThatExceptionOfType(InvalidLoadException.class)
        .isThrownBy(() -> Balance.of(placement, Load.uniform(2, 8, 1), FOUR));
    assertThatExceptionOfType(InvalidClusterException.class)
        .isThrownBy(() -> Balance.of(placement, Load.uniform(1, 8, 1), Cluster.of(1, 2, 8)))
        .withMessage("cluster: 2 ranks; expected 4, as the placement has");
  }

  @Test
  void refusesARowThatHasNotOneLoadForEachRank() {
    assertThatExceptionOfType(InvalidLoadException.class)
        .isThrownBy(() -> Balance.ofRankLoads(new double[][] {new double[4], new double[3]}, FOUR))
        .withMessage("layer 1: 3 rank loads; expected 4, one for each rank");
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, -1, Double.POSITIVE_INFINITY, 1e36})
  void refusesARankLoadThatIsNoneAndNamesItsPlace(double load) {
    assertThatExceptionOfType(InvalidLoadException.class)
        .isThrownBy(() -> Balance.ofRankLoads(new double[][] {{0, 0, load, 0}}, FOUR))
        .withMessageStartingWith("layer 0, rank 2: load " + load + "; expected a number from 0 to");
  }
}

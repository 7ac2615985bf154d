package io.stagger.strategies.affinity;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.Cluster;
import io.stagger.api.Placement;
import io.stagger.api.routing.Routes;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.strategies.GptOssRoutes;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The goals on gpt-oss-20b's recorded routes: planned on the even sequences, scored on the odd
 * ones, which the plan has not seen. The score follows token by token the rule of the replica
 * policy {@code fewest}.
 */
class AffinityGoalTest {

  private static GptOssRoutes recorded;

  @BeforeAll
  static void read() {
    recorded = GptOssRoutes.read(4);
  }

  private static Score score(int nodes, int ranks, int slots, double cap) {
    Cluster cluster = Cluster.of(nodes, ranks, slots);
    PlacementRequest request =
        Plans.request(recorded.even(), cluster).withOptions(Plans.capped(cap));
    return Score.of(Plans.plan(request).placement(), cluster, recorded.odd());
  }

  @Test
  void visitsFewRanksOfFourUnderTheCapWithOneSpareSlotEach() {
    Score score = score(1, 4, 36, 0.06);
    assertThat(score.ranks()).isLessThanOrEqualTo(2.1);
    assertThat(score.imbalance()).isLessThanOrEqualTo(0.10);
  }

  @Test
  void visitsFewRanksOfEightWithOneSpareSlotEach() {
    assertThat(score(1, 8, 40, 0.06).ranks()).isLessThanOrEqualTo(2.8);
  }

  @Test
  void visitsFewerThanLinearWithoutSpareSlotsAndIsMoreEven() {
    Score score = score(1, 4, 32, 0.09);
    // Linear: 3.027 ranks, imbalance 0.157.
    assertThat(score.ranks()).isLessThanOrEqualTo(2.25);
    assertThat(score.imbalance()).isLessThanOrEqualTo(0.11);
  }

  @Test
  void theLinearBaselineIsAsItWasMeasuredElsewhere() {
    int[][] rows = new int[24][32];
    for (int[] row : rows) {
      java.util.Arrays.setAll(row, expert -> expert);
    }
    Cluster cluster = Cluster.of(1, 4, 32);
    Routes odd = recorded.odd();
    Score score = Score.of(Placement.of(cluster.layout(), 32, rows), cluster, odd);
    assertThat(score.ranks()).isBetween(3.02, 3.035);
    assertThat(score.imbalance()).isBetween(0.15, 0.165);
  }
}

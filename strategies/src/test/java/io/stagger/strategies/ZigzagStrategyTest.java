package io.stagger.strategies;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.testkit.PlacementRequests;
import io.stagger.testkit.PlacementStrategyContract;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Zigzag keeps the contract, gives vLLM's round-robin tables, and deals copies by its rules. */
class ZigzagStrategyTest extends PlacementStrategyContract {

  @Override
  protected PlacementStrategy strategy() {
    return new ZigzagStrategy();
  }

  private Placement place(int experts, Cluster cluster) {
    ModelShape model = ModelShape.of(2, experts, 1, 1, 1);
    return strategy().place(PlacementRequest.of(model, cluster)).placement();
  }

  private static int[] firstReplicas(Placement placement) {
    return IntStream.range(0, placement.experts()).map(e -> placement.replica(0, e, 0)).toArray();
  }

  @ParameterizedTest(name = "{0} experts on {1} ranks")
  @CsvSource({
    "8, 2, '0 2 4 6 / 1 3 5 7'",
    "9, 2, '0 2 4 6 8 / 1 3 5 7'",
    "10, 3, '0 3 6 9 / 1 4 7 / 2 5 8'",
    "10, 4, '0 4 8 / 1 5 9 / 2 6 / 3 7'",
    "18, 4, '0 4 8 12 16 / 1 5 9 13 17 / 2 6 10 14 / 3 7 11 15'"
  })
  void expertsAreDealtRoundRobin(int experts, int ranks, String owners) {
    Placement placement = place(experts, Cluster.of(1, ranks, experts));
    assertThat(RankTable.of(placement, 0)).isEqualTo(owners);
    assertThat(RankTable.of(placement, 1)).isEqualTo(owners);
  }

  @Test
  void expertMapIsThatOfVllm() {
    assertThat(place(10, Cluster.of(1, 3, 10)).expertMap(0, 1))
        .containsExactly(-1, 0, -1, -1, 1, -1, -1, 2, -1, -1);
  }

  @Test
  void derivedMapsAreVllmsRoutingTables() {
    Placement uneven = place(10, Cluster.of(1, 3, 10));
    assertThat(firstReplicas(uneven)).containsExactly(0, 4, 7, 1, 5, 8, 2, 6, 9, 3);
    assertThat(uneven.physicalToLogical(0)).containsExactly(0, 3, 6, 9, 1, 4, 7, 2, 5, 8);
    assertThat(RankTable.expertsOf(uneven, 0, 1)).containsExactly(1, 4, 7);
    assertThat(firstReplicas(place(8, Cluster.of(1, 4, 8))))
        .containsExactly(0, 2, 4, 6, 1, 3, 5, 7);
  }

  @ParameterizedTest(name = "{0} experts on {1} ranks with {2} slots")
  @CsvSource({
    "4, 4, 8, '0 3 / 1 0 / 2 1 / 3 2'",
    "8, 4, 12, '0 4 3 / 1 5 0 / 2 6 1 / 3 7 2'",
    "10, 4, 12, '0 4 8 / 1 5 9 / 2 6 0 / 3 7 1'",
    "3, 2, 4, '0 2 / 1 0'",
    "2, 2, 4, '0 1 / 1 0'"
  })
  void copiesGoToTheNextRankThatLacksTheExpert(int experts, int ranks, int slots, String owners) {
    assertThat(RankTable.of(place(experts, Cluster.of(1, ranks, slots)), 0)).isEqualTo(owners);
  }

  @Test
  void expertThatEveryRankWithRoomHoldsIsPassedOver() {
    Placement placement = place(3, Cluster.of(1, SlotLayout.of(3, 1)));
    assertThat(RankTable.of(placement, 0)).isEqualTo("0 2 1 / 1");
  }

  @Test
  void whereEveryRankHoldsEveryExpertCopiesGoOnInTurn() {
    assertThat(RankTable.of(place(2, Cluster.of(1, 2, 7)), 0)).isEqualTo("0 1 1 0 / 1 0 0");
    assertThat(RankTable.of(place(2, Cluster.of(1, 1, 5)), 0)).isEqualTo("0 1 0 1 0");
    assertThat(RankTable.of(place(2, Cluster.of(1, SlotLayout.of(1, 5))), 0))
        .isEqualTo("0 / 1 0 1 0 1");
  }

  @Test
  void ranksWithoutRoomArePassedOver() {
    Placement placement = place(7, Cluster.of(1, SlotLayout.of(1, 0, 4, 2)));
    assertThat(RankTable.of(placement, 0)).isEqualTo("0 /  / 1 3 5 6 / 2 4");
  }

  @Test
  void ranksThatAreDownAreLeftEmpty() {
    Placement placement = place(4, Cluster.of(1, 3, 6).withRanksDown(1));
    assertThat(RankTable.of(placement, 0)).isEqualTo("0 2 / -1 -1 / 1 3");
  }

  @Test
  void noRankHoldsAnExpertTwiceUnlessItHasMoreSlotsThanThereAreExperts() {
    for (long seed = 1; seed <= 300; seed++) {
      PlacementRequest request = PlacementRequests.generate(seed);
      Placement placement = strategy().place(request).placement();
      for (int rank : placement.layers() == 0 ? new int[0] : request.cluster().ranksUp()) {
        int[] experts = RankTable.expertsOf(placement, 0, rank);
        assertThat(Arrays.stream(experts).distinct().count())
            .as("distinct experts of rank %d, seed %d", rank, seed)
            .isEqualTo(Math.min(experts.length, placement.experts()));
      }
    }
  }

  @Test
  void isAlsoKnownAsRoundRobin() {
    assertThat(strategy().aliases()).containsExactly("round_robin");
  }

  @Test
  void decisionHasNothingToExplain() {
    PlacementRequest request =
        PlacementRequest.of(ModelShape.of(1, 4, 1, 1, 1), Cluster.of(1, 2, 4));
    assertThat(strategy().place(request).decision()).isEqualTo(Decision.asRequested("zigzag"));
  }
}

package io.stagger.strategies;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.testkit.PlacementStrategyContract;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Linear keeps the contract, and gives vLLM's tables. */
class LinearStrategyTest extends PlacementStrategyContract {

  @Override
  protected PlacementStrategy strategy() {
    return new LinearStrategy();
  }

  private Placement place(int experts, Cluster cluster) {
    ModelShape model = ModelShape.of(2, experts, 1, 1, 1);
    return strategy().place(PlacementRequest.of(model, cluster)).placement();
  }

  @ParameterizedTest(name = "{0} experts on {1} ranks")
  @CsvSource({
    "8, 2, '0 1 2 3 / 4 5 6 7'",
    "9, 2, '0 1 2 3 4 / 5 6 7 8'",
    "10, 3, '0 1 2 3 / 4 5 6 / 7 8 9'",
    "10, 4, '0 1 2 / 3 4 5 / 6 7 / 8 9'",
    "18, 4, '0 1 2 3 4 / 5 6 7 8 9 / 10 11 12 13 / 14 15 16 17'"
  })
  void firstRanksHoldOneExpertMore(int experts, int ranks, String owners) {
    Placement placement = place(experts, Cluster.of(1, ranks, experts));
    assertThat(RankTable.of(placement, 0)).isEqualTo(owners);
    assertThat(RankTable.of(placement, 1)).isEqualTo(owners);
  }

  @Test
  void expertMapIsThatOfVllm() {
    assertThat(place(10, Cluster.of(1, 3, 10)).expertMap(0, 1))
        .containsExactly(-1, -1, -1, -1, 0, 1, 2, -1, -1, -1);
  }

  @Test
  void redundantExpertsBeginAgainAtTheFirstAsInVllmsBalancer() {
    Placement placement = place(256, Cluster.of(4, 32, 288));
    assertThat(placement.physicalToLogical(0))
        .containsExactly(IntStream.range(0, 288).map(slot -> slot % 256).toArray());
    assertThat(RankTable.of(placement, 0)).contains("/ 252 253 254 255 0 1 2 3 4 /");
  }

  @Test
  void everyRankIsFilledToItsOwnCapacity() {
    Placement placement = place(5, Cluster.of(1, SlotLayout.of(1, 0, 4, 2)));
    assertThat(RankTable.of(placement, 0)).isEqualTo("0 /  / 1 2 3 4 / 0 1");
  }

  @Test
  void ranksThatAreDownAreLeftEmpty() {
    Placement placement = place(4, Cluster.of(1, 3, 6).withRanksDown(1));
    assertThat(RankTable.of(placement, 0)).isEqualTo("0 1 / -1 -1 / 2 3");
  }

  @Test
  void decisionHasNothingToExplain() {
    PlacementRequest request =
        PlacementRequest.of(ModelShape.of(1, 4, 1, 2, 1), Cluster.of(1, 2, 4));
    assertThat(strategy().place(request).decision()).isEqualTo(Decision.asRequested("linear"));
  }
}

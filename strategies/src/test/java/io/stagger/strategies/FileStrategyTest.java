package io.stagger.strategies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.error.ConfigurationException;
import io.stagger.api.error.InvalidPlacementException;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.Options;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.testkit.PlacementStrategyContract;
import org.junit.jupiter.api.Test;

/** File keeps the contract, and refuses placements that do not fit or break a rule. */
class FileStrategyTest extends PlacementStrategyContract {

  private static final SlotLayout LAYOUT = SlotLayout.of(2, 2);
  private static final PlacementRequest REQUEST =
      PlacementRequest.of(ModelShape.of(1, 3, 1, 1, 1), Cluster.of(1, LAYOUT));

  @Override
  protected PlacementStrategy strategy() {
    return new FileStrategy();
  }

  @Override
  protected Options options(PlacementRequest request) {
    return Options.empty().with("path", new ZigzagStrategy().place(request).placement());
  }

  private PlacementResult place(PlacementRequest request, Placement file) {
    return strategy().place(request.withOptions(Options.empty().with("path", file)));
  }

  private static Placement file(int... row) {
    return Placement.of(LAYOUT, 3, new int[][] {row});
  }

  @Test
  void givesThePlacementOfTheFile() {
    PlacementResult result = place(REQUEST, file(2, 1, 0, -1));
    assertThat(result.placement()).isEqualTo(file(2, 1, 0, -1));
    assertThat(result.decision()).isEqualTo(Decision.asRequested("file"));
  }

  @Test
  void declaresThatItsOptionIsAPlacement() {
    assertThat(strategy().options())
        .singleElement()
        .returns("path", OptionSpec::name)
        .returns(OptionSpec.Type.PLACEMENT, OptionSpec::type);
  }

  @Test
  void optionMustBeSet() {
    assertThatThrownBy(() -> strategy().place(REQUEST))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("'path' is not set");
  }

  @Test
  void placementThatLosesAnExpertIsRefused() {
    assertThatThrownBy(() -> place(REQUEST, file(0, 1, 0, 1)))
        .isInstanceOf(InvalidPlacementException.class)
        .hasMessageContaining("option 'path'")
        .hasMessageContaining("layer 0, expert 2 is on no rank");
  }

  @Test
  void placementOfAnotherLayoutIsRefused() {
    Placement other = Placement.of(SlotLayout.of(3, 1), 3, new int[][] {{0, 1, 2, 0}});
    assertThatThrownBy(() -> place(REQUEST, other))
        .isInstanceOf(InvalidPlacementException.class)
        .hasMessageContaining("rank 0 has 3 slots; expected 2");
  }

  @Test
  void placementOnARankThatIsDownIsRefused() {
    Cluster cluster = Cluster.of(1, SlotLayout.of(2, 3)).withRanksDown(0);
    Placement file = Placement.of(cluster.layout(), 3, new int[][] {{0, -1, 0, 1, 2}});
    assertThatThrownBy(() -> place(PlacementRequest.of(REQUEST.model(), cluster), file))
        .isInstanceOf(InvalidPlacementException.class)
        .hasMessageContaining("rank 0, which is down");
  }
}

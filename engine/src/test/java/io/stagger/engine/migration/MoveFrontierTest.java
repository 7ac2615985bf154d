package io.stagger.engine.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.Multibinder;
import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.error.ConfigurationException;
import io.stagger.api.error.InvalidLoadException;
import io.stagger.api.error.StrategyException;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.api.strategy.StrategyTraits;
import io.stagger.engine.PlanRequest;
import io.stagger.engine.Stagger;
import io.stagger.engine.config.StaggerConfig;
import java.util.List;
import org.junit.jupiter.api.Test;

class MoveFrontierTest {

  private static final ModelShape MODEL = ModelShape.of(1, 4, 1, 1, 1);
  private static final Cluster CLUSTER = Cluster.of(1, 2, 4);
  private static final Load LOAD = Load.of(4, new double[][] {{4, 3, 2, 1}});
  private static final Placement BEFORE = placement(0, 1, 2, 3);

  private static Placement placement(int... row) {
    return Placement.of(CLUSTER.layout(), 4, new int[][] {row});
  }

  /** Exchanges two experts once half of the slots may be moved. */
  private record Exchanging(StrategyTraits traits) implements PlacementStrategy {
    @Override
    public String name() {
      return "acme.exchanging";
    }

    @Override
    public List<OptionSpec> options() {
      return List.of(OptionSpec.decimal("moves", 0.1, 0, 1, "The share that may be moved."));
    }

    @Override
    public PlacementResult place(PlacementRequest request) {
      boolean may = request.options().decimal("moves") >= 0.5;
      return new PlacementResult(
          may ? placement(0, 3, 2, 1) : request.previous().orElse(BEFORE),
          Decision.asRequested(name()));
    }
  }

  private static MoveFrontier frontier(PlanRequest request, StrategyTraits traits) {
    AbstractModule own =
        new AbstractModule() {
          @Override
          protected void configure() {
            Multibinder.newSetBinder(binder(), PlacementStrategy.class)
                .addBinding()
                .toInstance(new Exchanging(traits));
          }
        };
    try (Stagger stagger = Stagger.open(StaggerConfig.builder().build(), own)) {
      return MoveFrontier.of(stagger, request.withStrategy("acme.exchanging"));
    }
  }

  private static PlanRequest request() {
    return PlanRequest.of(MODEL, CLUSTER);
  }

  private static final StrategyTraits INCREMENTAL = StrategyTraits.NONE.workingIncrementally();

  @Test
  void hasARowForEveryNumberOfMovesThatABudgetLeadsTo() {
    MoveFrontier frontier = frontier(request().withLoad(LOAD).withPrevious(BEFORE), INCREMENTAL);
    assertThat(frontier.points()).hasSize(2);
    MoveFrontier.Point none = frontier.points().getFirst();
    MoveFrontier.Point two = frontier.points().getLast();
    assertThat(none.moves()).isZero();
    assertThat(none.imbalance()).isCloseTo(0.4, within(1e-12));
    assertThat(none.gain()).hasValue(0);
    assertThat(two.moves()).isEqualTo(2);
    assertThat(two.share()).isEqualTo(0.5);
    assertThat(two.imbalance()).isCloseTo(0, within(1e-12));
    assertThat(two.balancedness()).isCloseTo(1, within(1e-12));
    assertThat(two.gain()).hasValue(1);
  }

  @Test
  void tellsNoShareOfAGainWhereThereIsNone() {
    Load even = Load.uniform(1, 4, 3);
    MoveFrontier frontier = frontier(request().withLoad(even).withPrevious(BEFORE), INCREMENTAL);
    assertThat(frontier.points().getFirst().gain()).isEmpty();
  }

  @Test
  void refusesAStrategyThatDoesNotLookAtThePreviousPlacement() {
    PlanRequest request = request().withLoad(LOAD).withPrevious(BEFORE);
    assertThatThrownBy(() -> frontier(request, StrategyTraits.NONE))
        .isInstanceOf(StrategyException.class)
        .hasMessageContaining("acme.exchanging")
        .hasMessageContaining("cannot plan for a budget of moves");
  }

  @Test
  void asksForWhatIsMissing() {
    assertThatThrownBy(() -> frontier(request().withPrevious(BEFORE), INCREMENTAL))
        .isInstanceOf(InvalidLoadException.class)
        .hasMessageContaining("no load was given");
    assertThatThrownBy(() -> frontier(request().withLoad(LOAD), INCREMENTAL))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("no previous placement was given");
  }
}

package io.stagger.engine.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.Multibinder;
import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.error.InvalidLoadException;
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
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class TrafficFrontierTest {

  private static final ModelShape MODEL = ModelShape.of(1, 4, 4, 2, 2);
  private static final Cluster CLUSTER = Cluster.of(2, 2, 4);
  private static final Load LOAD = Load.of(4, new double[][] {{7, 5, 3, 5}});
  private static final StrategyTraits GROUPS = StrategyTraits.NONE.usingGroups();

  /** Keeps groups together once a node is worth an imbalance of a half. */
  private record Walling(StrategyTraits traits) implements PlacementStrategy {
    @Override
    public String name() {
      return "acme.walling";
    }

    @Override
    public List<OptionSpec> options() {
      return List.of(OptionSpec.decimal("traffic", 0.5, 0, 9, "What a node less is worth."));
    }

    @Override
    public PlacementResult place(PlacementRequest request) {
      int[] wall = {0, 1, 2, 3};
      int[] even = {0, 2, 1, 3};
      int[] row = request.options().decimal("traffic") >= 0.5 ? wall : even;
      return new PlacementResult(
          Placement.of(CLUSTER.layout(), 4, new int[][] {row}), Decision.asRequested(name()));
    }
  }

  private static <T> T ask(StrategyTraits traits, Function<Stagger, T> question) {
    AbstractModule own =
        new AbstractModule() {
          @Override
          protected void configure() {
            Multibinder.newSetBinder(binder(), PlacementStrategy.class)
                .addBinding()
                .toInstance(new Walling(traits));
          }
        };
    try (Stagger stagger = Stagger.open(StaggerConfig.builder().build(), own)) {
      return question.apply(stagger);
    }
  }

  private static PlanRequest request() {
    return PlanRequest.of(MODEL, CLUSTER).withStrategy("acme.walling");
  }

  @Test
  void hasAPointForEachWeight() {
    TrafficFrontier frontier =
        ask(GROUPS, stagger -> TrafficFrontier.of(stagger, request().withLoad(LOAD)));
    assertThat(frontier.strategy()).isEqualTo("acme.walling");
    assertThat(frontier.points())
        .extracting(TrafficFrontier.Point::weight)
        .containsExactly(0.0, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0);
    TrafficFrontier.Point even = frontier.points().getFirst();
    TrafficFrontier.Point wall = frontier.points().getLast();
    assertThat(even.imbalance()).isZero();
    assertThat(even.balancedness()).isEqualTo(1);
    // Of 12 and 8 in the groups: 7 and 5, 3 and 5 on the two nodes.
    assertThat(even.spread())
        .isCloseTo((12 * (2 - 74 / 144.0) + 8 * (2 - 34 / 64.0)) / 20, within(1e-12));
    assertThat(wall.imbalance()).isCloseTo(0.2, within(1e-12));
    assertThat(wall.balancedness()).isCloseTo(10 / 12.0, within(1e-12));
    assertThat(wall.spread()).isEqualTo(1);
  }

  @Test
  void isForStrategiesThatLookAtGroupsAndHaveTheOption() {
    assertThat(isFor(GROUPS, "acme.walling")).isTrue();
    assertThat(isFor(StrategyTraits.NONE, "acme.walling")).isFalse();
  }

  private boolean isFor(StrategyTraits traits, String name) {
    return ask(
        traits,
        stagger ->
            TrafficFrontier.isFor(stagger, PlanRequest.of(MODEL, CLUSTER).withStrategy(name)));
  }

  @Test
  void asksForALoad() {
    assertThatThrownBy(() -> ask(GROUPS, stagger -> TrafficFrontier.of(stagger, request())))
        .isInstanceOf(InvalidLoadException.class)
        .hasMessageContaining("no load was given");
  }
}

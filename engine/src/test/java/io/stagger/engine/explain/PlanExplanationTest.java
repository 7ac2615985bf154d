package io.stagger.engine.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.Multibinder;
import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.routing.RoutingProfile;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.engine.Plan;
import io.stagger.engine.PlanRequest;
import io.stagger.engine.Stagger;
import io.stagger.engine.config.StaggerConfig;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class PlanExplanationTest {

  private static final double TINY = 1e-12;

  /** Gives each slot what a row says; the row may depend on the request. */
  private record Fixed(String name, List<OptionSpec> options, Function<PlacementRequest, int[]> row)
      implements PlacementStrategy {

    Fixed(String name, int... row) {
      this(name, List.of(), request -> row);
    }

    @Override
    public PlacementResult place(PlacementRequest request) {
      Placement placement =
          Placement.of(
              request.cluster().layout(),
              request.model().layers(),
              request.model().experts(),
              row.apply(request));
      return new PlacementResult(placement, Decision.asRequested(name));
    }
  }

  private static PlanExplanation explain(
      ModelShape model, Cluster cluster, Optional<Load> load, PlacementStrategy... strategies) {
    AbstractModule own =
        new AbstractModule() {
          @Override
          protected void configure() {
            Multibinder<PlacementStrategy> set =
                Multibinder.newSetBinder(binder(), PlacementStrategy.class);
            List.of(strategies).forEach(strategy -> set.addBinding().toInstance(strategy));
          }
        };
    try (Stagger stagger = Stagger.open(StaggerConfig.builder().build(), own)) {
      Plan plan =
          stagger.plan(
              new PlanRequest(
                  model,
                  cluster,
                  load,
                  RoutingProfile.none(),
                  Optional.empty(),
                  Optional.of(strategies[0].name())));
      return PlanExplanation.of(stagger, plan);
    }
  }

  private static Optional<Load> load(double... counts) {
    return Optional.of(Load.of(counts.length, new double[][] {counts}));
  }

  private static ModelShape model(int experts) {
    return ModelShape.of(1, experts, 1, 1, 1);
  }

  @Test
  void countsCopiesAndThoseThatAreIdle() {
    PlanExplanation told =
        explain(
            model(3),
            Cluster.of(1, 2, 6),
            Optional.empty(),
            new Fixed("test.plan", 0, 1, 0, 2, 1, 0));
    assertThat(told.copies()).isEqualTo(new Copies(3, 1, 2, 0, 0, 3));
    assertThat(told.heat()).isEmpty();
    assertThat(told.limits()).isEmpty();
    assertThat(told.better()).isEmpty();
  }

  @Test
  void namesTheHottestExpert() {
    PlanExplanation told =
        explain(
            model(4), Cluster.of(1, 2, 4), load(1, 1, 5, 3), new Fixed("test.plan", 0, 1, 2, 3));
    assertThat(told.heat()).contains(new Heat(0, 2, 0.5, 2));
  }

  @Test
  void saysThatNothingForbidsAnEvenPlan() {
    PlanExplanation told =
        explain(
            model(4), Cluster.of(1, 2, 4), load(4, 1, 2, 3), new Fixed("test.plan", 0, 1, 2, 3));
    assertThat(told.limits().orElseThrow().layers()).containsEntry(Limit.MEAN, 1);
    assertThat(told.limits().orElseThrow().atBound()).isOne();
  }

  @Test
  void saysThatTheHeaviestExpertIsTheLimit() {
    PlanExplanation alone =
        explain(model(2), Cluster.of(1, 2, 2), load(9, 1), new Fixed("test.plan", 0, 1));
    assertThat(alone.limits().orElseThrow().layers()).containsEntry(Limit.HEAVIEST_EXPERT, 1);
    PlanExplanation copied =
        explain(model(2), Cluster.of(1, 3, 3), load(90, 1), new Fixed("test.plan", 0, 1, 0));
    assertThat(copied.limits().orElseThrow().layers()).containsEntry(Limit.HEAVIEST_EXPERT, 1);
  }

  @Test
  void saysThatTheHeaviestExpertMustShareItsRank() {
    PlanExplanation told =
        explain(
            model(4), Cluster.of(1, 2, 4), load(9, 2, 2, 2), new Fixed("test.plan", 0, 1, 2, 3));
    assertThat(told.limits().orElseThrow().layers()).containsEntry(Limit.SHARED_RANK, 1);
  }

  @Test
  void measuresWhatItCostsToKeepGroupsOnNodes() {
    ModelShape grouped = ModelShape.of(1, 4, 1, 2, 1);
    PlanExplanation kept =
        explain(grouped, Cluster.of(2, 2, 4), load(5, 4, 2, 1), new Fixed("test.plan", 0, 1, 2, 3));
    assertThat(kept.nodeShare().orElseThrow().imbalance()).isEqualTo(0.5, within(TINY));
    PlanExplanation spread =
        explain(grouped, Cluster.of(2, 2, 4), load(5, 4, 2, 1), new Fixed("test.plan", 0, 2, 1, 3));
    assertThat(spread.nodeShare()).isEmpty();
  }

  @Test
  void findsABetterStrategyAndItsImbalance() {
    PlanExplanation told =
        explain(
            model(4),
            Cluster.of(1, 2, 4),
            load(4, 3, 2, 1),
            new Fixed("test.plan", 0, 1, 2, 3),
            new Fixed("test.other", 0, 3, 1, 2));
    assertThat(told.better()).contains(new Alternative("test.other", "", 0, 0));
    assertThat(told.better()).extracting(Alternative::strategy).doesNotContain("test.plan");
  }

  @Test
  void findsABetterSettingOfAnOption() {
    Fixed strategy =
        new Fixed(
            "test.plan",
            List.of(OptionSpec.choice("order", List.of("poor", "good"), "An order.")),
            request ->
                request.options().text("order").equals("good")
                    ? new int[] {0, 3, 1, 2}
                    : new int[] {0, 1, 2, 3});
    PlanExplanation told = explain(model(4), Cluster.of(1, 2, 4), load(4, 3, 2, 1), strategy);
    assertThat(told.better())
        .contains(new Alternative("test.plan", "placement.test.plan.order=good", 0, 0));
  }

  @Test
  void findsThatMoreSlotsHelp() {
    Fixed strategy =
        new Fixed(
            "test.plan",
            List.of(),
            request ->
                request.cluster().layout().slots() == 2
                    ? new int[] {0, 1}
                    : new int[] {0, 1, 0, 1});
    PlanExplanation told = explain(model(2), Cluster.of(1, 2, 2), load(9, 1), strategy);
    assertThat(told.better()).containsExactly(new Alternative("test.plan", "", 2, 0));
  }
}

package io.stagger.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.Multibinder;
import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.error.ConfigurationException;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.FallbackRefusedException;
import io.stagger.api.error.InvalidLoadException;
import io.stagger.api.error.InvalidPlacementException;
import io.stagger.api.error.StrategyException;
import io.stagger.api.routing.RoutingProfile;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.api.strategy.StrategyTraits;
import io.stagger.engine.config.StaggerConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StaggerTest {

  private static final ModelShape MODEL = ModelShape.of(2, 8, 2, 4, 2);
  private static final Cluster CLUSTER = Cluster.of(1, 4, 8);
  private static final Load LOAD =
      Load.of(8, new double[][] {{8, 0, 0, 0, 0, 0, 0, 0}, {1, 1, 1, 1, 1, 1, 1, 1}});

  private static Stagger open(String... settings) {
    return Stagger.open(config(settings));
  }

  private static StaggerConfig config(String... settings) {
    StaggerConfig.Builder config = StaggerConfig.builder();
    List.of(settings).forEach(config::set);
    return config.build();
  }

  @Test
  void plansForTheEstimateAndScoresTheCounts() {
    Load first = Load.of(8, new double[][] {{9, 1, 1, 1, 1, 1, 1, 1}, {1, 1, 1, 1, 1, 1, 1, 1}});
    Load second = Load.of(8, new double[][] {{1, 9, 1, 1, 1, 1, 1, 1}, {1, 1, 1, 1, 1, 1, 1, 1}});
    PlanRequest request =
        PlanRequest.of(MODEL, CLUSTER)
            .withLoad(first.plus(second))
            .withRouting(RoutingProfile.none().withWindows(List.of(first, second)))
            .withStrategy("own");
    Load[] seen = new Load[1];
    Own own =
        Own.answering(asked -> {
          seen[0] = asked.requireLoad();
          return new PlacementResult(Own.inOrder(asked), Decision.asRequested("own"));
        });
    try (Stagger stagger = own.open("load.estimate=quantile", "load.quantile=1")) {
      Plan plan = stagger.plan(request);
      assertThat(seen[0].get(0, 0)).isEqualTo(32 * 9 / 16.0);
      assertThat(plan.request().load()).contains(first.plus(second));
      assertThat(plan.decision().facts())
          .containsEntry("planned.for", "quantile 1.000 over 2 windows");
      HeldOut score = HeldOut.of(plan, "first", first);
      assertThat(score.balance().busiest(0)).isEqualTo(10);
      assertThat(score.bound()).isEqualTo((10 / 4.0 - 1) / 2);
    }
  }

  /** A strategy that a program brings itself. */
  private record Own(StrategyTraits traits, Function<PlacementRequest, PlacementResult> answer)
      implements PlacementStrategy {

    static Own answering(Function<PlacementRequest, PlacementResult> answer) {
      return new Own(StrategyTraits.NONE, answer);
    }

    static Own deciding(Decision decision) {
      return answering(request -> new PlacementResult(inOrder(request), decision));
    }

    static Placement inOrder(PlacementRequest request) {
      int[] row = new int[request.cluster().layout().slots()];
      java.util.Arrays.setAll(row, slot -> slot % request.model().experts());
      int[][] map = new int[request.model().layers()][];
      java.util.Arrays.fill(map, row);
      return Placement.of(request.cluster().layout(), request.model().experts(), map);
    }

    @Override
    public String name() {
      return "own";
    }

    @Override
    public PlacementResult place(PlacementRequest request) {
      return answer.apply(request);
    }

    @Override
    public List<OptionSpec> options() {
      return List.of(OptionSpec.placement("start", "Where to start."));
    }

    Stagger open(String... settings) {
      return Stagger.open(
          config(settings),
          new AbstractModule() {
            @Override
            protected void configure() {
              Multibinder.newSetBinder(binder(), PlacementStrategy.class)
                  .addBinding()
                  .toInstance(Own.this);
            }
          });
    }

    Plan plan(String... settings) {
      try (Stagger stagger = open(settings)) {
        return stagger.plan(PlanRequest.of(MODEL, CLUSTER).withStrategy("own"));
      }
    }
  }

  @Test
  void plansWithTheConfiguredStrategy() {
    try (Stagger stagger = open("placement.strategy=linear")) {
      Plan plan = stagger.plan(PlanRequest.of(MODEL, CLUSTER));

      assertThat(plan.decision().effective()).isEqualTo("linear");
      assertThat(plan.placement().physicalToLogical(1)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
      assertThat(plan.balance()).isEmpty();
      assertThat(plan.bounds()).isEmpty();
    }
  }

  @Test
  void theRequestsStrategyGoesBeforeTheConfiguredOne() {
    try (Stagger stagger = open("placement.strategy=linear")) {
      Plan plan = stagger.plan(PlanRequest.of(MODEL, CLUSTER).withStrategy("round_robin"));

      assertThat(plan.decision().requested()).isEqualTo("zigzag");
      assertThat(plan.placement().physicalToLogical(0)).containsExactly(0, 4, 1, 5, 2, 6, 3, 7);
    }
  }

  @Test
  void aPlanWithALoadKnowsItsBalanceAndWhatNonePlacementCanBeat() {
    try (Stagger stagger = open()) {
      Plan plan =
          stagger.plan(PlanRequest.of(MODEL, CLUSTER).withLoad(LOAD).withStrategy("linear"));

      // One expert has all tokens of layer 0: its rank has four times the mean, however it is put.
      assertThat(plan.imbalances()).containsExactly(3.0, 0.0);
      assertThat(plan.bounds()).containsExactly(3.0, 0.0);
      assertThat(plan.bound()).contains(1.5);
      assertThat(plan.balance().orElseThrow().imbalance()).isEqualTo(1.5);
    }
  }

  @Test
  void anUnknownStrategyNamesTheNearest() {
    try (Stagger stagger = open("placement.strategy=zigzak")) {
      assertThatThrownBy(() -> stagger.plan(PlanRequest.of(MODEL, CLUSTER)))
          .isInstanceOf(StrategyException.class)
          .hasMessageContaining("there is no strategy 'zigzak'")
          .hasMessageContaining("eplb, file, linear, steady, zigzag")
          .hasMessageContaining("Did you mean 'zigzag'?");
    }
  }

  @Test
  void aStrategyThatNeedsALoadIsNotCalledWithout() {
    Own own =
        new Own(
            StrategyTraits.NONE.needingLoad(),
            request -> {
              throw new AssertionError("called");
            });

    assertThatThrownBy(own::plan)
        .isInstanceOf(InvalidLoadException.class)
        .hasMessageContaining("strategy 'own' (program)")
        .hasMessageContaining("linear");
  }

  @Test
  void aFallbackIsDataUnlessStrictForbidsIt() {
    Own own = Own.deciding(Decision.fallback("own", "linear", "NO_GROUPS", "there are none"));

    assertThat(own.plan().decision().isFallback()).isTrue();
    assertThatThrownBy(() -> own.plan("placement.strict=true"))
        .isInstanceOf(FallbackRefusedException.class)
        .hasMessageContaining("NO_GROUPS: there are none")
        .hasMessageContaining("placement.strict (command line)");
  }

  @Test
  void aSilentFallbackIsAnError() {
    Own own =
        Own.deciding(
            new Decision(
                "own", "linear", Decision.Outcome.AS_REQUESTED, "", "", java.util.Map.of()));

    assertThatThrownBy(own::plan)
        .isInstanceOf(StrategyException.class)
        .hasMessageContaining("recorded AS_REQUESTED, but the placement is of 'linear'");
  }

  @Test
  void aDecisionForAnotherStrategyIsAnError() {
    assertThatThrownBy(Own.deciding(Decision.asRequested("zigzag"))::plan)
        .isInstanceOf(StrategyException.class)
        .hasMessageContaining("a decision for 'zigzag', which was not asked");
  }

  @Test
  void aResultWithoutDecisionOrPlacementIsAnError() {
    assertThatThrownBy(Own.deciding(null)::plan)
        .isInstanceOf(StrategyException.class)
        .hasMessageContaining("whose decision is null");
    assertThatThrownBy(
            Own.answering(r -> new PlacementResult(null, Decision.asRequested("own")))::plan)
        .isInstanceOf(StrategyException.class)
        .hasMessageContaining("whose placement is null");
  }

  @Test
  void aPlacementOfAnotherClusterIsAnError() {
    Own own =
        Own.answering(request ->
            new PlacementResult(
                Own.inOrder(PlacementRequest.of(MODEL, Cluster.of(1, 2, 8))),
                Decision.asRequested("own")));

    assertThatThrownBy(own::plan)
        .isInstanceOf(InvalidPlacementException.class)
        .hasMessageContaining("placement of strategy 'own' (program): 2 ranks; expected 4");
  }

  @Test
  void whatAStrategyThrowsOnPurposeKeepsItsType() {
    Own own =
        Own.answering(request -> {
          throw new InvalidLoadException(Diagnosis.of("too little", "load"));
        });

    assertThatThrownBy(own::plan).isInstanceOf(InvalidLoadException.class);
  }

  @Test
  void anythingElseThatAStrategyThrowsIsWrapped() {
    Own own =
        Own.answering(request -> {
          throw new IllegalStateException("oh");
        });

    assertThatThrownBy(own::plan)
        .isInstanceOf(StrategyException.class)
        .hasMessageContaining("strategy 'own' (program): threw java.lang.IllegalStateException: oh")
        .hasCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void aMissingOptionNamesTheKeysOfTheStrategy() {
    Own own =
        Own.answering(request ->
            new PlacementResult(request.options().placement("start"), Decision.asRequested("own")));

    assertThatThrownBy(own::plan)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("option 'start' is not set")
        .hasMessageContaining("placement.own.start");
  }

  @Test
  void anOptionThatIsAPlacementIsReadFromItsFile(@TempDir Path directory) {
    Path file = directory.resolve("start.json");
    Plan written;
    try (Stagger stagger = open()) {
      written = stagger.plan(PlanRequest.of(MODEL, CLUSTER).withStrategy("zigzag"));
      written.write(file);
    }
    Own own =
        Own.answering(request ->
            new PlacementResult(request.options().placement("start"), Decision.asRequested("own")));

    assertThat(own.plan("placement.own.start=" + file).placement()).isEqualTo(written.placement());
  }

  @Test
  void aProgramMayReplaceABinding() {
    AbstractModule sternValidator =
        new AbstractModule() {
          @Override
          protected void configure() {
            bind(PlacementValidator.class)
                .toInstance(
                    new PlacementValidator() {
                      @Override
                      public void requireValid(
                          Placement placement, ModelShape model, Cluster cluster, String owner) {
                        throw new InvalidPlacementException(
                            Diagnosis.of("nothing is good enough", owner), List.of());
                      }
                    });
          }
        };

    try (Stagger stagger = Stagger.open(config(), sternValidator)) {
      assertThatThrownBy(() -> stagger.plan(PlanRequest.of(MODEL, CLUSTER).withStrategy("linear")))
          .isInstanceOf(InvalidPlacementException.class)
          .hasMessageContaining("nothing is good enough");
    }
  }

  @Test
  void checksAPlacementFromAnywhere() {
    Placement placement =
        Placement.of(SlotLayout.even(4, 8), 8, new int[][] {new int[8], new int[8]});

    try (Stagger stagger = open()) {
      assertThat(stagger.check(placement, MODEL, CLUSTER)).hasSize(14);
    }
  }

  @Test
  void optionsOfAnUnknownStrategyAreAnError() {
    assertThatThrownBy(() -> open("placement.elpb.policy=global"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("unknown key 'placement.elpb.policy'")
        .hasMessageContaining("placement.eplb.policy");
  }
}

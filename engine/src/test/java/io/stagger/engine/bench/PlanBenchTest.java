package io.stagger.engine.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.Multibinder;
import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.engine.Stagger;
import io.stagger.engine.config.StaggerConfig;
import io.stagger.weights.ProgressListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanBenchTest {

  private static final int WORK = 100_000;

  private static final PlanCase CASE =
      PlanCase.madeUp("small", ModelShape.of(2, 8, 2, 1, 1), Cluster.of(1, 4, 8));

  /** Counts its calls, and allocates an array of {@link #WORK} bytes at each. */
  private static final class Counting implements PlacementStrategy {
    private int calls;
    private byte[] kept = new byte[0];

    @Override
    public String name() {
      return "test.counting";
    }

    @Override
    public PlacementResult place(PlacementRequest request) {
      calls++;
      kept = new byte[WORK];
      int[] rows = new int[request.model().layers() * 8];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = i % 8 + kept[0];
      }
      return new PlacementResult(
          Placement.of(request.cluster().layout(), request.model().layers(), 8, rows),
          Decision.asRequested(name()));
    }
  }

  private static PlanBench.Result run(
      PlacementStrategy strategy, Duration budget, String... names) {
    AbstractModule own =
        new AbstractModule() {
          @Override
          protected void configure() {
            Multibinder.newSetBinder(binder(), PlacementStrategy.class)
                .addBinding()
                .toInstance(strategy);
          }
        };
    try (Stagger stagger = Stagger.open(StaggerConfig.builder().build(), own)) {
      return new PlanBench(stagger, budget, ProgressListener.NONE)
          .run(List.of(CASE), List.of(names));
    }
  }

  @Test
  void measuresRunsAfterTheFirst() {
    Counting counting = new Counting();
    PlanMeasurement measured =
        run(counting, Duration.ofMillis(40), "test.counting").measurements().getFirst();
    // One call for the plan itself, at least one to warm up, and those that are measured.
    assertThat(counting.calls).isGreaterThanOrEqualTo(measured.cost().runs() + 2);
    assertThat(measured.cost().runs()).isPositive();
    assertThat(measured.cost().cpu()).isPositive();
    assertThat(measured.cost().elapsed()).isPositive();
  }

  @Test
  void countsWhatARunAllocates() {
    PlanMeasurement measured =
        run(new Counting(), Duration.ofMillis(40), "test.counting").measurements().getFirst();
    assertThat(measured.cost().allocated().orElseThrow()).isBetween((long) WORK, 2L * WORK);
  }

  @Test
  void measuresOnceEvenWithoutTime() {
    PlanMeasurement measured =
        run(new Counting(), Duration.ofNanos(1), "test.counting").measurements().getFirst();
    assertThat(measured.cost().runs()).isOne();
  }

  @Test
  void tellsHowEvenThePlanIs() {
    PlanMeasurement measured =
        run(new Counting(), Duration.ofNanos(1), "test.counting").measurements().getFirst();
    assertThat(measured.worstImbalance()).isGreaterThanOrEqualTo(measured.imbalance());
    assertThat(measured.gap()).isEqualTo(measured.imbalance() - measured.bound());
    assertThat(measured.gap()).isNotNegative();
  }

  @Test
  void goesOnAfterAStrategyThatCannotPlan() {
    PlanBench.Result result = run(new Counting(), Duration.ofNanos(1), "no.such", "test.counting");
    assertThat(result.measurements()).hasSize(1);
    assertThat(result.refusals().getFirst().strategy()).isEqualTo("no.such");
    assertThat(result.refusals().getFirst().reason()).contains("no.such");
  }

  @Test
  void makesUpTheSameLoadAtEveryCall() {
    List<PlanCase> one = PlanCase.defaults();
    assertThat(PlanCase.defaults()).isEqualTo(one);
    assertThat(one).extracting(PlanCase::name).containsExactly("r1", "v2", "q3", "mix", "fleet");
    List<Double> counts = new ArrayList<>();
    for (int expert = 0; expert < 8; expert++) {
      counts.add(CASE.load().get(0, expert));
    }
    assertThat(counts).doesNotHaveDuplicates().allMatch(count -> count == Math.rint(count));
  }
}

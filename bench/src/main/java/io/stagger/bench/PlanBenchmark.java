package io.stagger.bench;

import io.stagger.api.strategy.Options;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.engine.bench.PlanCase;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A plan of all layers, the making of the placement included. With {@code -prof gc} JMH adds what a
 * plan allocates.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH fills the fields before the first call.
public class PlanBenchmark {

  /** The strategy's name. */
  @Param({"eplb", "zigzag", "linear"})
  public String strategy;

  /** The name of a {@link PlanCase}. */
  @Param({"r1", "v2", "q3", "mix", "fleet"})
  public String planCase;

  private PlacementStrategy planner;
  private PlacementRequest request;

  /** Finds strategy and case. */
  @Setup
  public void prepare() {
    planner =
        ServiceLoader.load(PlacementStrategy.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(found -> found.name().equals(strategy))
            .findFirst()
            .orElseThrow();
    PlanCase chosen =
        PlanCase.defaults().stream()
            .filter(known -> known.name().equals(planCase))
            .findFirst()
            .orElseThrow();
    request =
        PlacementRequest.of(chosen.model(), chosen.cluster())
            .withLoad(chosen.load())
            .withOptions(Options.defaults(planner.options()));
  }

  /** Plans. */
  @Benchmark
  public PlacementResult plan() {
    return planner.place(request);
  }
}

package io.stagger.engine.bench;

import io.stagger.api.error.StaggerException;
import io.stagger.engine.PlanRequest;
import io.stagger.engine.Stagger;
import io.stagger.weights.ProgressListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures strategies on cases: each pair for a given time, so that the whole takes about as long
 * as there are pairs.
 */
public final class PlanBench {

  private final Stagger stagger;
  private final Duration budget;
  private final ProgressListener progress;

  /**
   * A benchmark.
   *
   * @param budget how long to measure a strategy on a case
   * @param progress told how many pairs are done
   */
  public PlanBench(Stagger stagger, Duration budget, ProgressListener progress) {
    this.stagger = stagger;
    this.budget = budget;
    this.progress = progress;
  }

  /**
   * Measures every strategy on every case, case by case.
   *
   * @param strategies names of strategies
   */
  public Result run(List<PlanCase> cases, List<String> strategies) {
    List<PlanMeasurement> measurements = new ArrayList<>();
    List<Refusal> refusals = new ArrayList<>();
    long total = (long) cases.size() * strategies.size();
    long done = 0;
    for (PlanCase planCase : cases) {
      for (String strategy : strategies) {
        progress.progress(strategy + " on " + planCase.name(), done++, total);
        try {
          measurements.add(measure(planCase, strategy));
        } catch (StaggerException e) {
          refusals.add(new Refusal(strategy, planCase, String.valueOf(e.getMessage())));
        }
      }
    }
    progress.progress("planning", total, total);
    return new Result(measurements, refusals);
  }

  private PlanMeasurement measure(PlanCase planCase, String strategy) {
    PlanRequest request =
        PlanRequest.of(planCase.model(), planCase.cluster())
            .withLoad(planCase.load())
            .withStrategy(strategy);
    return new PlanMeasurement(
        strategy, planCase, stagger.plan(request), stagger.measure(request, budget));
  }

  /**
   * What was measured, and what could not be.
   *
   * @param measurements in the order of the cases, and there in that of the strategies
   * @param refusals likewise
   */
  public record Result(List<PlanMeasurement> measurements, List<Refusal> refusals) {

    /** Keeps its own lists. */
    public Result {
      measurements = List.copyOf(measurements);
      refusals = List.copyOf(refusals);
    }
  }

  /**
   * A strategy that does not plan for a case.
   *
   * @param reason its error, or the engine's
   */
  public record Refusal(String strategy, PlanCase planCase, String reason) {}
}

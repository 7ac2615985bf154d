package io.stagger.engine;

import io.stagger.api.error.ConfigurationException;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidPlacementException;
import io.stagger.api.error.StaggerException;
import io.stagger.api.error.StrategyException;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.engine.config.ConfigKeys;
import io.stagger.engine.plugin.StrategyEntry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One call of a strategy that may be anybody's: in a thread of its own, within a time limit, and
 * with an answer that is not believed before it is checked.
 */
final class StrategyCall {

  private final StrategyEntry strategy;
  private final Duration limit;

  StrategyCall(StrategyEntry strategy, Duration limit) {
    this.strategy = strategy;
    this.limit = limit;
  }

  /**
   * The strategy's answer.
   *
   * @throws StaggerException if the strategy refuses the request, fails, answers with nothing, or
   *     does not answer in time
   */
  PlacementResult place(PlacementRequest request) {
    FutureTask<@Nullable PlacementResult> task =
        new FutureTask<>(() -> strategy.provider().call(instance -> instance.place(request)));
    Thread.ofPlatform().daemon().name("strategy " + strategy.name()).start(task);
    try {
      return checked(task.get(limit.toNanos(), TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      // A thread that does not heed this stays, but as a daemon it keeps no process alive.
      task.cancel(true);
      throw tooLong(e);
    } catch (InterruptedException e) {
      task.cancel(true);
      Thread.currentThread().interrupt();
      throw failed("was interrupted", e);
    } catch (ExecutionException e) {
      throw thrown(e.getCause());
    }
  }

  private StrategyException tooLong(TimeoutException e) {
    String key = ConfigKeys.PLACEMENT_TIMEOUT.name();
    return new StrategyException(
        Diagnosis.of("no answer after " + limit.toNanos() / 1e9 + " seconds", strategy.described())
            .remedy("Raise " + key + " if it needs longer, or choose another strategy"),
        e);
  }

  private StaggerException thrown(@Nullable Throwable cause) {
    return switch (cause) {
      case InvalidPlacementException e ->
          new InvalidPlacementException(
              new Diagnosis(
                  e.diagnosis().problem(),
                  "placement of " + strategy.described(),
                  e.diagnosis().expected(),
                  e.diagnosis().remedy()),
              e.violations(),
              e);
      case ConfigurationException e ->
          new ConfigurationException(
              new Diagnosis(
                  e.diagnosis().problem(),
                  strategy.described(),
                  e.diagnosis().expected(),
                  "Its options are the keys " + keys()),
              e);
      case StaggerException e -> e;
      case null -> failed("failed without a reason", null);
      case LinkageError e -> new StrategyException(strategy.diagnose(e), e);
      default -> failed("threw " + cause, cause);
    };
  }

  private List<String> keys() {
    return strategy.options().stream()
        .map(option -> ConfigKeys.strategyOption(strategy.name(), option).name())
        .toList();
  }

  private PlacementResult checked(@Nullable PlacementResult result) {
    if (result == null) {
      throw failed("returned null instead of a result", null);
    }
    requireNotNull(result.placement(), "placement");
    Decision decision = result.decision();
    requireNotNull(decision, "decision");
    requireNotNull(decision.requested(), "decision.requested");
    requireNotNull(decision.effective(), "decision.effective");
    requireNotNull(decision.outcome(), "decision.outcome");
    requireNotNull(decision.reason(), "decision.reason");
    requireNotNull(decision.detail(), "decision.detail");
    if (!decision.requested().equals(strategy.name())) {
      throw failed(
          "recorded a decision for '" + decision.requested() + "', which was not asked", null);
    }
    if (decision.outcome() == Decision.Outcome.AS_REQUESTED
        && !decision.effective().equals(decision.requested())) {
      throw failed(
          "recorded AS_REQUESTED, but the placement is of '" + decision.effective() + "'", null);
    }
    return result;
  }

  private void requireNotNull(@Nullable Object part, String name) {
    if (part == null) {
      throw failed("returned a result whose " + name + " is null", null);
    }
  }

  private StrategyException failed(String problem, @Nullable Throwable cause) {
    return new StrategyException(
        Diagnosis.of(problem, strategy.described())
            .remedy("Report it to the strategy's authors, or choose another strategy"),
        cause);
  }
}

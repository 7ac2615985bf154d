package io.stagger.engine;

import io.stagger.api.Placement;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.FallbackRefusedException;
import io.stagger.api.error.InvalidLoadException;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.Options;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.engine.config.ConfigKeys;
import io.stagger.engine.config.StaggerConfig;
import io.stagger.engine.io.PlacementFile;
import io.stagger.engine.plugin.StrategyEntry;
import io.stagger.engine.plugin.StrategyRegistry;
import java.time.Duration;
import java.util.List;

/** Turns a request into a plan: finds the strategy, asks it, checks its answer. */
final class Planner {

  private final StaggerConfig config;
  private final StrategyRegistry strategies;
  private final PlacementValidator validator;

  Planner(StaggerConfig config, StrategyRegistry strategies, PlacementValidator validator) {
    this.config = config;
    this.strategies = strategies;
    this.validator = validator;
  }

  Plan plan(PlanRequest request) {
    StrategyEntry strategy =
        strategies.find(
            request.strategy().orElseGet(() -> config.text(ConfigKeys.PLACEMENT_STRATEGY)));
    requireLoad(strategy, request);
    PlacementRequest asked =
        new PlacementRequest(
            request.model(),
            request.cluster(),
            request.load(),
            request.previous(),
            options(strategy, request));
    long start = System.nanoTime();
    PlacementResult result = new StrategyCall(strategy, config.timeout()).place(asked);
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    requireNoFallback(strategy, result.decision());
    Placement placement = result.placement();
    validator.requireValid(placement, request.model(), request.cluster(), strategy.described());
    return Plan.of(request, placement, result.decision(), strategy.origin(), took);
  }

  private Options options(StrategyEntry strategy, PlanRequest request) {
    return new ProviderOptions(config)
        .read(
            strategy.options(),
            option -> ConfigKeys.strategyOption(strategy.name(), option),
            file -> PlacementFile.read(file, request.model(), request.cluster()));
  }

  private void requireLoad(StrategyEntry strategy, PlanRequest request) {
    if (strategy.traits().needsLoad() && request.load().isEmpty()) {
      List<String> others =
          strategies.all().stream()
              .filter(entry -> !entry.traits().needsLoad())
              .map(StrategyEntry::name)
              .toList();
      throw new InvalidLoadException(
          Diagnosis.of("no load was given, and it cannot plan without", strategy.described())
              .expecting("tokens per layer and expert")
              .remedy("Give a load, or choose one of " + String.join(", ", others)));
    }
  }

  private void requireNoFallback(StrategyEntry strategy, Decision decision) {
    if (decision.isFallback() && config.flag(ConfigKeys.PLACEMENT_STRICT)) {
      throw new FallbackRefusedException(
          Diagnosis.of(
                  "fell back to '%s' (%s: %s), which %s forbids"
                      .formatted(
                          decision.effective(),
                          decision.reason(),
                          decision.detail(),
                          config.where(ConfigKeys.PLACEMENT_STRICT)),
                  strategy.described())
              .remedy("Choose '" + decision.effective() + "', or unset placement.strict"));
    }
  }
}

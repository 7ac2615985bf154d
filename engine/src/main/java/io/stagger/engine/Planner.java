package io.stagger.engine;

import io.stagger.api.Load;
import io.stagger.api.Placement;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.FallbackRefusedException;
import io.stagger.api.error.InvalidLoadException;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.OptionSpec;
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
import java.util.Map;

/** Turns a request into a plan: finds the strategy, asks it, checks its answer. */
final class Planner {

  private final StaggerConfig config;
  private final StrategyRegistry strategies;
  private final PlacementValidator validator;
  private final LoadEstimate estimate;

  Planner(StaggerConfig config, StrategyRegistry strategies, PlacementValidator validator) {
    this.config = config;
    this.strategies = strategies;
    this.validator = validator;
    this.estimate = LoadEstimate.of(config);
  }

  Plan plan(PlanRequest request, Map<String, String> settings) {
    StrategyEntry strategy = strategy(request);
    PlacementRequest asked = question(strategy, request, settings);
    long start = System.nanoTime();
    PlacementResult result = new StrategyCall(strategy, config.timeout()).place(asked);
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    requireNoFallback(strategy, result.decision());
    Placement placement = result.placement();
    validator.requireValid(placement, request.model(), request.cluster(), strategy.described());
    return Plan.of(
        request, placement, withEstimate(result.decision(), request), strategy.origin(), took);
  }

  PlanCost cost(PlanRequest request, Duration budget) {
    StrategyEntry strategy = strategy(request);
    PlacementRequest asked = question(strategy, request, Map.of());
    return strategy
        .provider()
        .call(instance -> new CostMeter(budget).measure(() -> instance.place(asked)));
  }

  private StrategyEntry strategy(PlanRequest request) {
    return strategies.find(
        request.strategy().orElseGet(() -> config.text(ConfigKeys.PLACEMENT_STRATEGY)));
  }

  private PlacementRequest question(
      StrategyEntry strategy, PlanRequest request, Map<String, String> settings) {
    requireLoad(strategy, request);
    return new PlacementRequest(
        request.model(),
        request.cluster(),
        request.load().map(load -> estimate(request, load)),
        request.routing(),
        request.previous(),
        options(strategy, request, settings));
  }

  private Load estimate(PlanRequest request, Load load) {
    load.requireFits(request.model());
    request.routing().requireFits(request.model());
    return estimate.estimate(request.model(), load, request.routing().windows());
  }

  private Decision withEstimate(Decision decision, PlanRequest request) {
    if (estimate.isPlain() || request.load().isEmpty()) {
      return decision;
    }
    int windows = Math.max(1, request.routing().windows().size());
    return decision.with("planned.for", estimate.describe(windows));
  }

  private Options options(
      StrategyEntry strategy, PlanRequest request, Map<String, String> settings) {
    Options options =
        new ProviderOptions(config)
            .read(
                strategy.options(),
                option -> ConfigKeys.strategyOption(strategy.name(), option),
                file -> PlacementFile.read(file, request.model(), request.cluster()));
    for (OptionSpec option : strategy.options()) {
      String text = settings.get(option.name());
      if (text != null) {
        options = options.with(option.name(), option.parse(text, strategy.described()));
      }
    }
    return options;
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

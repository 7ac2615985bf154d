package io.stagger.engine.explain;

import io.stagger.api.Balance;
import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.SlotLayout;
import io.stagger.api.error.StaggerException;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.engine.Plan;
import io.stagger.engine.PlanRequest;
import io.stagger.engine.Stagger;
import io.stagger.engine.config.ConfigKeys;
import io.stagger.engine.plugin.StrategyEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a plan does, what limits it, and what would help.
 *
 * @param copies what it does with spare slots
 * @param heat the hottest expert; absent without a load
 * @param limits what holds the layers back; absent without a load
 * @param nodeShare what it costs to keep groups on nodes; absent without a load, or if the plan
 *     does not
 * @param better plans that are more even, the most even first; empty without a load
 */
public record PlanExplanation(
    Copies copies,
    Optional<Heat> heat,
    Optional<Limits> limits,
    Optional<NodeShare> nodeShare,
    List<Alternative> better) {

  /** Keeps its own list. */
  public PlanExplanation {
    better = List.copyOf(better);
  }

  /**
   * Explains a plan. With a load, plans are made to compare with: by every other strategy, and by
   * the same strategy with each other choice that its options allow and with a slot more on every
   * rank.
   *
   * @param stagger made the plan
   */
  public static PlanExplanation of(Stagger stagger, Plan plan) {
    Copies copies = Copies.of(plan.placement());
    PlanRequest request = plan.request();
    if (request.load().isEmpty()) {
      return new PlanExplanation(
          copies, Optional.empty(), Optional.empty(), Optional.empty(), List.of());
    }
    Load load = request.load().get();
    Balance balance = plan.balance().orElseThrow();
    boolean keepsGroups =
        NodeShare.keepsGroups(plan.placement(), request.model(), request.cluster());
    return new PlanExplanation(
        copies,
        Optional.of(Heat.of(load)),
        Optional.of(Limits.of(plan, load, balance)),
        keepsGroups
            ? Optional.of(NodeShare.of(plan.placement(), load, request.cluster()))
            : Optional.empty(),
        better(stagger, plan, balance.imbalance()));
  }

  private static List<Alternative> better(Stagger stagger, Plan plan, double imbalance) {
    List<Optional<Alternative>> tried = new ArrayList<>();
    PlanRequest request = plan.request();
    StrategyEntry effective = stagger.strategies().find(plan.decision().effective());
    for (StrategyEntry other : stagger.strategies().all()) {
      if (!other.name().equals(effective.name())) {
        tried.add(attempt(stagger, request, other));
      }
    }
    for (OptionSpec option : effective.options()) {
      for (String choice : option.choices()) {
        tried.add(attempt(stagger, request, effective, option, choice));
      }
    }
    tried.add(attemptWithSlots(stagger, request, effective));
    return tried.stream()
        .flatMap(Optional::stream)
        .filter(alternative -> alternative.imbalance() < imbalance - Limits.NEAR)
        .sorted(Comparator.comparingDouble(Alternative::imbalance))
        .toList();
  }

  private static Optional<Alternative> attempt(
      Stagger stagger, PlanRequest request, StrategyEntry strategy) {
    return imbalance(stagger, request.withStrategy(strategy.name()), Map.of())
        .map(imbalance -> new Alternative(strategy.name(), "", 0, imbalance));
  }

  private static Optional<Alternative> attempt(
      Stagger stagger,
      PlanRequest request,
      StrategyEntry strategy,
      OptionSpec option,
      String choice) {
    String setting = ConfigKeys.strategyOption(strategy.name(), option).name() + "=" + choice;
    return imbalance(stagger, request.withStrategy(strategy.name()), Map.of(option.name(), choice))
        .map(imbalance -> new Alternative(strategy.name(), setting, 0, imbalance));
  }

  private static Optional<Alternative> attemptWithSlots(
      Stagger stagger, PlanRequest request, StrategyEntry strategy) {
    Cluster larger = withSlotMore(request.cluster());
    int more = larger.layout().slots() - request.cluster().layout().slots();
    PlanRequest roomier =
        new PlanRequest(
            request.model(),
            larger,
            request.load(),
            request.routing(),
            Optional.empty(),
            Optional.of(strategy.name()));
    return imbalance(stagger, roomier, Map.of())
        .map(imbalance -> new Alternative(strategy.name(), "", more, imbalance));
  }

  /** A strategy that refuses, lacks an option, or merely chooses another, is no alternative. */
  private static Optional<Double> imbalance(
      Stagger stagger, PlanRequest request, Map<String, String> settings) {
    try {
      Plan plan = stagger.plan(request, settings);
      return plan.decision().outcome() == Decision.Outcome.AS_REQUESTED
          ? plan.balance().map(Balance::imbalance)
          : Optional.empty();
    } catch (StaggerException e) {
      return Optional.empty();
    }
  }

  private static Cluster withSlotMore(Cluster cluster) {
    int[] slots = cluster.layout().slotsPerRank();
    Arrays.setAll(slots, rank -> slots[rank] + 1);
    return cluster.withLayout(SlotLayout.of(slots));
  }
}

package io.stagger.engine.migration;

import io.stagger.api.Balance;
import io.stagger.api.Migration;
import io.stagger.api.Placement;
import io.stagger.api.error.ConfigurationException;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidLoadException;
import io.stagger.api.error.InvalidPlacementException;
import io.stagger.api.error.StrategyException;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.engine.Plan;
import io.stagger.engine.PlanRequest;
import io.stagger.engine.Stagger;
import io.stagger.engine.config.ConfigKeys;
import io.stagger.engine.plugin.StrategyEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * How even a placement can become for how many moves: plans of one strategy from the placement in
 * force, each with another budget, from none to every slot.
 *
 * <p>Any strategy serves that looks at the previous placement and has an option {@value #OPTION},
 * the share of the slots that may be moved.
 *
 * @param strategy the strategy's name
 * @param points by ascending moves; the first is that of the smallest budget
 */
public record MoveFrontier(String strategy, List<Point> points) {

  /** The option that limits the moves. */
  public static final String OPTION = "moves";

  private static final double[] BUDGETS = {
    0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.12, 0.15, 0.2, 0.3, 0.5, 1
  };

  /** A gain of less, in imbalance, is rounding. */
  private static final double NO_GAIN = 1e-12;

  /**
   * What a number of moves brings.
   *
   * @param moves slots that receive another expert, over all layers
   * @param share the moves as a share of all usable slots, 0 to 1
   * @param imbalance the mean of the layers' imbalances
   * @param balancedness see {@link Balance#balancedness}
   * @param gain the share of what a budget of all slots gains in imbalance; empty if that is
   *     nothing
   */
  public record Point(
      long moves, double share, double imbalance, double balancedness, OptionalDouble gain) {}

  /** Keeps its own list. */
  public MoveFrontier {
    points = List.copyOf(points);
  }

  /**
   * The frontier of a request.
   *
   * @throws StrategyException if the strategy cannot plan for a budget of moves
   * @throws InvalidLoadException if the request has no load
   * @throws InvalidPlacementException if an expert is nowhere in the previous placement
   * @throws ConfigurationException if the request has no previous placement
   */
  public static MoveFrontier of(Stagger stagger, PlanRequest request) {
    String name =
        request.strategy().orElseGet(() -> stagger.config().text(ConfigKeys.PLACEMENT_STRATEGY));
    StrategyEntry entry = stagger.strategies().find(name);
    requireBudgets(stagger, entry);
    Placement previous = requirePrevious(request, entry);
    List<Plan> plans = new ArrayList<>();
    for (double budget : BUDGETS) {
      plans.add(
          stagger.plan(
              request.withStrategy(entry.name()), Map.of(OPTION, Double.toString(budget))));
    }
    return new MoveFrontier(entry.name(), points(previous, plans));
  }

  private static void requireBudgets(Stagger stagger, StrategyEntry entry) {
    if (!hasBudgets(entry)) {
      List<String> others =
          stagger.strategies().all().stream()
              .filter(MoveFrontier::hasBudgets)
              .map(StrategyEntry::name)
              .toList();
      throw new StrategyException(
          Diagnosis.of(
                  "it cannot plan for a budget of moves, so it has no frontier", entry.described())
              .expecting(
                  "a strategy that looks at the previous placement and has an option '"
                      + OPTION
                      + "'")
              .remedy("Choose one of " + String.join(", ", others)));
    }
  }

  private static boolean hasBudgets(StrategyEntry entry) {
    return entry.traits().incremental()
        && entry.options().stream()
            .anyMatch(option ->
                option.name().equals(OPTION)
                    && option.type() == OptionSpec.Type.DECIMAL
                    && option.min() <= 0
                    && option.max() >= 1);
  }

  private static Placement requirePrevious(PlanRequest request, StrategyEntry entry) {
    if (request.load().isEmpty()) {
      throw new InvalidLoadException(
          Diagnosis.of("no load was given, so there is no balance to gain", "frontier of moves")
              .expecting("tokens per layer and expert"));
    }
    return request
        .previous()
        .orElseThrow(() ->
            new ConfigurationException(
                Diagnosis.of("no previous placement was given", "frontier of " + entry.described())
                    .expecting("the placement in force, from which the moves are counted")));
  }

  private static List<Point> points(Placement previous, List<Plan> plans) {
    double none = imbalance(plans.getFirst());
    double most = none - imbalance(plans.getLast());
    List<Point> points = new ArrayList<>();
    for (Plan plan : plans) {
      long moves = Migration.between(previous, plan.placement()).copies().size();
      if (points.isEmpty() || points.getLast().moves() < moves) {
        long slots = (long) previous.layers() * plan.request().cluster().usableSlots();
        points.add(
            new Point(
                moves,
                slots == 0 ? 0 : (double) moves / slots,
                imbalance(plan),
                plan.balance().orElseThrow().balancedness(),
                most > NO_GAIN
                    ? OptionalDouble.of((none - imbalance(plan)) / most)
                    : OptionalDouble.empty()));
      }
    }
    return points;
  }

  private static double imbalance(Plan plan) {
    return plan.balance().orElseThrow().imbalance();
  }
}

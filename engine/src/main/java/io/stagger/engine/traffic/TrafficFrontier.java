package io.stagger.engine.traffic;

import io.stagger.api.Balance;
import io.stagger.api.NodeSpread;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidLoadException;
import io.stagger.api.error.StaggerException;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.engine.Plan;
import io.stagger.engine.PlanRequest;
import io.stagger.engine.Stagger;
import io.stagger.engine.config.ConfigKeys;
import io.stagger.engine.plugin.StrategyEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How even a placement can be for how many nodes that a token visits: plans of one strategy, each
 * with another weight of traffic against balance.
 *
 * <p>Any strategy serves that looks at expert groups and has an option {@value #OPTION}, how much
 * imbalance a node less is worth.
 *
 * @param strategy the strategy's name
 * @param points by ascending weight; the first is 0, load alone
 */
public record TrafficFrontier(String strategy, List<Point> points) {

  /** The option that weighs traffic. */
  public static final String OPTION = "traffic";

  private static final double[] WEIGHTS = {0, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2};

  /**
   * What a weight leads to.
   *
   * @param weight how much imbalance a node less was worth
   * @param imbalance the mean of the layers' imbalances
   * @param balancedness see {@link Balance#balancedness}
   * @param spread the nodes that a token visits for each group that it chooses, see {@link
   *     NodeSpread}; the mean of the layers
   */
  public record Point(double weight, double imbalance, double balancedness, double spread) {}

  /** Keeps its own list. */
  public TrafficFrontier {
    points = List.copyOf(points);
  }

  /** Whether the strategy of a request can weigh traffic. */
  public static boolean isFor(Stagger stagger, PlanRequest request) {
    StrategyEntry entry = strategy(stagger, request);
    return entry.traits().usesGroups()
        && entry.options().stream()
            .anyMatch(option ->
                option.name().equals(OPTION)
                    && option.type() == OptionSpec.Type.DECIMAL
                    && option.min() <= 0
                    && option.max() >= WEIGHTS[WEIGHTS.length - 1]);
  }

  /**
   * The frontier of a request whose strategy can weigh traffic, see {@link #isFor}.
   *
   * @throws InvalidLoadException if the request has no load
   * @throws StaggerException if the strategy cannot plan
   */
  public static TrafficFrontier of(Stagger stagger, PlanRequest request) {
    String name = strategy(stagger, request).name();
    if (request.load().isEmpty()) {
      throw new InvalidLoadException(
          Diagnosis.of("no load was given, so there is no balance to weigh", "frontier of traffic")
              .expecting("tokens per layer and expert"));
    }
    List<Point> points = new ArrayList<>();
    for (double weight : WEIGHTS) {
      Map<String, String> setting = Map.of(OPTION, Double.toString(weight));
      points.add(point(weight, stagger.plan(request.withStrategy(name), setting)));
    }
    return new TrafficFrontier(name, points);
  }

  private static StrategyEntry strategy(Stagger stagger, PlanRequest request) {
    return stagger
        .strategies()
        .find(
            request
                .strategy()
                .orElseGet(() -> stagger.config().text(ConfigKeys.PLACEMENT_STRATEGY)));
  }

  private static Point point(double weight, Plan plan) {
    PlanRequest request = plan.request();
    Balance balance = plan.balance().orElseThrow();
    NodeSpread spread =
        NodeSpread.of(
            plan.placement(), request.load().orElseThrow(), request.model(), request.cluster());
    return new Point(weight, balance.imbalance(), balance.balancedness(), spread.spread());
  }
}

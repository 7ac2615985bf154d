package io.stagger.strategies;

import io.stagger.api.Load;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.Options;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.api.strategy.StrategyTraits;
import io.stagger.strategies.eplb.EplbStrategy;
import java.util.stream.IntStream;

/**
 * Chooses a strategy by what is known. With a load, the one that balances by it. Without, a static
 * placement by the model: {@code zigzag} where the router has expert groups, otherwise {@code
 * linear}; striping spreads a group's experts, which are chosen together, and without groups
 * consecutive experts have nothing in common. The chosen strategy has the defaults of its options.
 *
 * <p>The decision's facts hold what was checked ({@code load}: given, idle or absent; {@code
 * groups}; {@code nodes}), and the facts of the chosen strategy.
 */
public final class AutoStrategy implements PlacementStrategy {

  static final String NAME = "auto";

  private final PlacementStrategy linear = new LinearStrategy();
  private final PlacementStrategy zigzag = new ZigzagStrategy();
  private final PlacementStrategy balancer = new EplbStrategy();

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "Balances by the load if there is one; else zigzag for models with expert groups, or"
        + " linear.";
  }

  @Override
  public StrategyTraits traits() {
    return StrategyTraits.NONE.replicating().usingGroups();
  }

  @Override
  public PlacementResult place(PlacementRequest request) {
    Choice choice = choose(request);
    Options options = Options.defaults(choice.strategy.options());
    PlacementResult result = choice.strategy.place(request.withOptions(options));
    Decision decision =
        Decision.chosen(NAME, result.decision().effective(), choice.reason, choice.detail)
            .with("load", tellLoad(request))
            .with("groups", Integer.toString(request.model().groups()))
            .with("nodes", Integer.toString(request.cluster().nodes()));
    return new PlacementResult(result.placement(), withAll(decision, result.decision()));
  }

  private Choice choose(PlacementRequest request) {
    if (request.load().filter(load -> !isIdle(load)).isPresent()) {
      return new Choice(balancer, "LOAD_GIVEN", "there is a load, and ranks are evened out by it");
    }
    return request.model().hasGroups()
        ? new Choice(
            zigzag,
            "EXPERT_GROUPS",
            "the router chooses experts of one group together, so they are spread over ranks")
        : new Choice(
            linear,
            "NO_EXPERT_GROUPS",
            "the router has no expert groups that spreading could help");
  }

  private static String tellLoad(PlacementRequest request) {
    return request.load().map(load -> isIdle(load) ? "idle" : "given").orElse("absent");
  }

  /** Whether a load tells nothing: no expert in no layer has got a token. */
  private static boolean isIdle(Load load) {
    return IntStream.range(0, load.layers()).allMatch(load::isIdle);
  }

  private static Decision withAll(Decision decision, Decision chosen) {
    Decision all = decision;
    for (var fact : chosen.facts().entrySet()) {
      all = all.with(fact.getKey(), fact.getValue());
    }
    return all;
  }

  private record Choice(PlacementStrategy strategy, String reason, String detail) {}
}

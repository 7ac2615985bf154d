package io.stagger.strategies;

import io.stagger.api.Load;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.Options;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.api.strategy.StrategyTraits;
import io.stagger.strategies.activated.ActivatedStrategy;
import io.stagger.strategies.affinity.AffinityStrategy;
import io.stagger.strategies.balanced.BalancedStrategy;
import io.stagger.strategies.steady.SteadyStrategy;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Chooses a strategy by what is known. With a load:
 *
 * <ol>
 *   <li>{@code steady} if there is a previous placement, since moving experts costs;
 *   <li>{@code activated} if the placement is for decoding alone, where reading the weights of the
 *       activated experts takes the time;
 *   <li>{@code affinity} if there are several nodes and it is known which experts are chosen
 *       together, since the network between nodes is slow;
 *   <li>{@code balanced} otherwise.
 * </ol>
 *
 * <p>Without, a static placement by the model: {@code zigzag} where the router has expert groups,
 * otherwise {@code linear}; striping spreads a group's experts, which are chosen together, and
 * without groups consecutive experts have nothing in common. The chosen strategy has the defaults
 * of its options.
 *
 * <p>Option {@code phase}: what the placement is for, {@code any} (the default), {@code prefill} or
 * {@code decode}.
 *
 * <p>The decision's facts hold what was checked ({@code load}: given, idle or absent; {@code
 * groups}; {@code nodes}; {@code phase}; {@code previous} and {@code together}: given or absent),
 * and the facts of the chosen strategy. Where that could not do what its name says, {@code
 * fallback} has its reason code.
 */
public final class AutoStrategy implements PlacementStrategy {

  static final String NAME = "auto";
  static final String PHASE = "phase";

  private static final String DECODE = "decode";

  private final PlacementStrategy linear = new LinearStrategy();
  private final PlacementStrategy zigzag = new ZigzagStrategy();
  private final PlacementStrategy balanced = new BalancedStrategy();
  private final PlacementStrategy steady = new SteadyStrategy();
  private final PlacementStrategy activated = new ActivatedStrategy();
  private final PlacementStrategy affinity = new AffinityStrategy();

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "Chooses by what is known: load, previous placement, phase, nodes, expert groups.";
  }

  @Override
  public StrategyTraits traits() {
    return StrategyTraits.NONE.replicating().usingGroups().workingIncrementally().usingRouting();
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(
        OptionSpec.choice(PHASE, List.of("any", "prefill", DECODE), "What the placement is for."));
  }

  @Override
  public PlacementResult place(PlacementRequest request) {
    String phase = request.options().text(PHASE);
    Choice choice = choose(request, phase);
    Options options = Options.defaults(choice.strategy.options());
    PlacementResult result = choice.strategy.place(request.withOptions(options));
    Decision decision =
        Decision.chosen(NAME, result.decision().effective(), choice.reason, choice.detail)
            .with("load", tellLoad(request))
            .with("groups", Integer.toString(request.model().groups()))
            .with("nodes", Integer.toString(request.cluster().nodes()))
            .with("phase", phase)
            .with("previous", request.previous().isPresent() ? "given" : "absent")
            .with("together", knowsTogether(request) ? "given" : "absent");
    if (result.decision().isFallback()) {
      decision = decision.with("fallback", result.decision().reason());
    }
    return new PlacementResult(result.placement(), withAll(decision, result.decision()));
  }

  private Choice choose(PlacementRequest request, String phase) {
    if (request.load().filter(load -> !isIdle(load)).isEmpty()) {
      return chooseStatic(request);
    }
    if (request.previous().isPresent()) {
      return new Choice(
          steady, "PREVIOUS_GIVEN", "there is a placement in force, and moving experts costs");
    }
    if (phase.equals(DECODE)) {
      return new Choice(
          activated, "DECODE", "a decode step takes as long as reading the activated experts");
    }
    if (request.cluster().nodes() > 1 && knowsTogether(request)) {
      return new Choice(
          affinity,
          "SEVERAL_NODES",
          "the network between nodes is slow, and it is known which experts are chosen together");
    }
    return new Choice(balanced, "LOAD_GIVEN", "there is a load, and ranks are evened out by it");
  }

  private Choice chooseStatic(PlacementRequest request) {
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

  private static boolean knowsTogether(PlacementRequest request) {
    return request.routing().routes().isPresent() || request.routing().coSelection().isPresent();
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

package io.stagger.strategies;

import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.api.strategy.StrategyTraits;

/**
 * Chooses a static placement by the model: {@code zigzag} where the router has expert groups,
 * otherwise {@code linear}. Striping spreads a group's experts, which are chosen together; without
 * groups consecutive experts have nothing in common. The decision holds what was checked.
 */
public final class AutoStrategy implements PlacementStrategy {

  static final String NAME = "auto";

  private final PlacementStrategy linear = new LinearStrategy();
  private final PlacementStrategy zigzag = new ZigzagStrategy();

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "zigzag where the model has expert groups, otherwise linear.";
  }

  @Override
  public StrategyTraits traits() {
    return StrategyTraits.NONE.replicating().usingGroups();
  }

  @Override
  public PlacementResult place(PlacementRequest request) {
    boolean grouped = request.model().hasGroups();
    PlacementStrategy choice = grouped ? zigzag : linear;
    Decision decision =
        grouped
            ? Decision.chosen(
                NAME,
                choice.name(),
                "EXPERT_GROUPS",
                "the router chooses experts of one group together, so they are spread over ranks")
            : Decision.chosen(
                NAME,
                choice.name(),
                "NO_EXPERT_GROUPS",
                "the router has no expert groups that spreading could help");
    return new PlacementResult(
        choice.place(request).placement(),
        decision.with("groups", Integer.toString(request.model().groups())));
  }
}

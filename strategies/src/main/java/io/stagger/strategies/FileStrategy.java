package io.stagger.strategies;

import io.stagger.api.Placement;
import io.stagger.api.PlacementRules;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.api.strategy.PlacementStrategy;
import java.util.List;

/**
 * A placement that was made elsewhere: it is checked against model and cluster, and used as it is.
 */
public final class FileStrategy implements PlacementStrategy {

  static final String NAME = "file";
  static final String PATH = "path";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "A placement from a file, whoever made it, once it is found to fit and to be valid.";
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(OptionSpec.placement(PATH, "The file that holds the placement."));
  }

  /**
   * {@inheritDoc}
   *
   * @throws io.stagger.api.error.ConfigurationException if the option {@code path} is not set
   * @throws io.stagger.api.error.InvalidPlacementException if the placement does not fit the model
   *     and the cluster, or breaks a rule
   */
  @Override
  public PlacementResult place(PlacementRequest request) {
    Placement placement = request.options().placement(PATH);
    PlacementRules.requireValid(
        placement, request.model(), request.cluster(), "strategy 'file', option 'path'");
    return new PlacementResult(placement, Decision.asRequested(NAME));
  }
}

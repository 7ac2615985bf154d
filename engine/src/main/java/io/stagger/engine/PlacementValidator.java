package io.stagger.engine;

import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.PlacementRules;
import io.stagger.api.Violation;
import java.util.List;

/**
 * Checks every placement that passes through the engine by {@link PlacementRules}, whoever made it.
 * A subclass, bound with Guice, may add rules of its own; it must not drop any.
 */
public class PlacementValidator {

  /** A validator by the common rules. */
  public PlacementValidator() {}

  /** What a placement breaks, in layer and slot order; empty if it is valid. */
  public List<Violation> violations(Placement placement, ModelShape model, Cluster cluster) {
    return PlacementRules.violations(placement, model, cluster);
  }

  /**
   * Refuses a placement that breaks a rule.
   *
   * @param owner who made it, for the message
   * @throws io.stagger.api.error.InvalidPlacementException with all that was found
   */
  public void requireValid(Placement placement, ModelShape model, Cluster cluster, String owner) {
    PlacementRules.requireValid(placement, model, cluster, owner);
  }
}

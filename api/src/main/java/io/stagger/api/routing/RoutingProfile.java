package io.stagger.api.routing;

import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidLoadException;
import java.util.List;
import java.util.Optional;

/**
 * What is known of a model's routing beyond the load.
 *
 * @param windows the load in consecutive windows of time, oldest first, whose sum is the load;
 *     empty if only the sum is known
 * @param coSelection which experts of a layer are chosen together
 * @param transitions from which expert of a layer to which of the next tokens go
 * @param routes the routes of some tokens, a sample of what the rest was counted from
 */
public record RoutingProfile(
    List<Load> windows,
    Optional<CoSelection> coSelection,
    Optional<Transitions> transitions,
    Optional<Routes> routes) {

  private static final RoutingProfile NONE =
      new RoutingProfile(List.of(), Optional.empty(), Optional.empty(), Optional.empty());

  /** Keeps its own list. */
  public RoutingProfile {
    windows = List.copyOf(windows);
  }

  /** Nothing is known. */
  public static RoutingProfile none() {
    return NONE;
  }

  /** This profile with other windows. */
  public RoutingProfile withWindows(List<Load> newWindows) {
    return new RoutingProfile(newWindows, coSelection, transitions, routes);
  }

  /** This profile with other co-selection counts. */
  public RoutingProfile withCoSelection(CoSelection counts) {
    return new RoutingProfile(windows, Optional.of(counts), transitions, routes);
  }

  /** This profile with other transition counts. */
  public RoutingProfile withTransitions(Transitions counts) {
    return new RoutingProfile(windows, coSelection, Optional.of(counts), routes);
  }

  /** This profile with the routes of other tokens. */
  public RoutingProfile withRoutes(Routes sample) {
    return new RoutingProfile(windows, coSelection, transitions, Optional.of(sample));
  }

  /**
   * Checks that this profile speaks of a model.
   *
   * @throws InvalidLoadException if a part has other layers, experts or another top-k; the message
   *     names it
   */
  public void requireFits(ModelShape model) {
    windows.forEach(window -> window.requireFits(model));
    coSelection.ifPresent(c -> require("co-selection", c.layers(), c.experts(), model));
    transitions.ifPresent(t -> require("transitions", t.layers(), t.experts(), model));
    routes.ifPresent(r -> {
      require("routes", r.layers(), r.experts(), model);
      if (r.topK() != model.topK()) {
        throw new InvalidLoadException(
            Diagnosis.of("top-" + r.topK(), "routes").expecting("top-" + model.topK()));
      }
    });
  }

  private static void require(String part, int layers, int experts, ModelShape model) {
    if (layers != model.layers() || experts != model.experts()) {
      throw new InvalidLoadException(
          Diagnosis.of(layers + " layers x " + experts + " experts", part)
              .expecting(model.layers() + " layers x " + model.experts() + " experts"));
    }
  }
}

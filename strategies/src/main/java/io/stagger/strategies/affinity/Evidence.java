package io.stagger.strategies.affinity;

import io.stagger.api.routing.CoSelection;
import io.stagger.api.routing.Routes;
import io.stagger.api.routing.RoutingProfile;
import io.stagger.api.strategy.PlacementRequest;
import java.util.Optional;

/** What is known of experts that are chosen together. */
sealed interface Evidence {

  /** Its name in the decision. */
  String name();

  /** The nets of a layer. */
  Nets nets(int layer);

  /** Whole sets, of some tokens. */
  record OfRoutes(Routes routes, int most) implements Evidence {
    @Override
    public String name() {
      return "routes";
    }

    @Override
    public Nets nets(int layer) {
      return Nets.of(routes, layer, most);
    }
  }

  /** Pairs alone, of all tokens. */
  record OfPairs(CoSelection pairs) implements Evidence {
    @Override
    public String name() {
      return "pairs";
    }

    @Override
    public Nets nets(int layer) {
      return Nets.of(pairs, layer);
    }
  }

  /** Routes if there are some, else pairs, else nothing. */
  static Optional<Evidence> of(PlacementRequest request) {
    RoutingProfile routing = request.routing();
    Optional<Routes> routes = routing.routes().filter(r -> r.tokens() > 0);
    if (routes.isPresent()) {
      int most = (int) request.options().integer(AffinityStrategy.TOKENS);
      return Optional.of(new OfRoutes(routes.get(), most));
    }
    return routing.coSelection().map(OfPairs::new);
  }
}

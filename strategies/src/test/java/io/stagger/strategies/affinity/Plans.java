package io.stagger.strategies.affinity;

import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import io.stagger.api.routing.Routes;
import io.stagger.api.routing.RoutingProfile;
import io.stagger.api.strategy.Options;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import java.util.Map;
import java.util.Random;

/** Short ways to ask {@link AffinityStrategy}. */
final class Plans {

  private static final AffinityStrategy STRATEGY = new AffinityStrategy();

  private Plans() {}

  static Options defaults() {
    return Options.defaults(STRATEGY.options());
  }

  static Options capped(double cap) {
    return defaults().with("cap", cap);
  }

  static PlacementRequest request(Routes routes, Cluster cluster) {
    ModelShape model = ModelShape.of(routes.layers(), routes.experts(), routes.topK(), 1, 1);
    return PlacementRequest.of(model, cluster)
        .withLoad(routes.load())
        .withRouting(RoutingProfile.none().withRoutes(routes))
        .withOptions(defaults());
  }

  static PlacementResult plan(PlacementRequest request) {
    return STRATEGY.place(request);
  }

  static double fact(PlacementResult result, String name) {
    Map<String, String> facts = result.decision().facts();
    return Double.parseDouble(facts.get(name));
  }

  /** The routes of tokens through one layer. */
  static Routes routes(int experts, int[]... tokens) {
    int topK = tokens[0].length;
    char[] choices = new char[tokens.length * topK];
    for (int i = 0; i < choices.length; i++) {
      choices[i] = (char) tokens[i / topK][i % topK];
    }
    return Routes.of(ModelShape.of(1, experts, topK, 1, 1), new int[tokens.length], choices);
  }

  /** Random tokens, whose experts tend to be near each other in a hidden order. */
  static Routes draw(Random random, int experts, int topK, int tokens) {
    int[][] rows = new int[tokens][];
    for (int token = 0; token < tokens; token++) {
      int centre = random.nextInt(experts);
      rows[token] =
          random
              .ints(0, experts)
              .map(e -> random.nextInt(3) == 0 ? e : (centre + 3 * random.nextInt(topK)) % experts)
              .distinct()
              .limit(topK)
              .toArray();
    }
    return routes(experts, rows);
  }
}

package io.stagger.strategies.affinity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stagger.api.Balance;
import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.Placement;
import io.stagger.api.routing.CoSelection;
import io.stagger.api.routing.Routes;
import io.stagger.api.routing.RoutingProfile;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.strategies.RankTable;
import io.stagger.testkit.PlacementStrategyContract;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Affinity keeps the contract and its cap, brings together what is chosen together, and tells. */
class AffinityStrategyTest extends PlacementStrategyContract {

  @Override
  protected PlacementStrategy strategy() {
    return new AffinityStrategy();
  }

  /** Experts 0 and 3, 1 and 2 are always chosen together. */
  private static Routes couples() {
    return Plans.routes(4, new int[] {0, 3}, new int[] {2, 1}, new int[] {3, 0}, new int[] {1, 2});
  }

  @Test
  void putsExpertsThatAreChosenTogetherOnARank() {
    PlacementResult result = Plans.plan(Plans.request(couples(), Cluster.of(1, 2, 4)));
    assertThat(RankTable.of(result.placement(), 0)).isEqualTo("1 2 / 0 3");
    assertThat(result.decision().outcome()).isEqualTo(Decision.Outcome.AS_REQUESTED);
    assertThat(result.decision().facts())
        .containsEntry("evidence", "routes")
        .containsEntry("fanout.ranks", "1.0000")
        .containsEntry("fanout.nodes", "1.0000")
        .containsEntry("imbalance.worst", "0.0000")
        .containsEntry("layers.over_cap", "0");
  }

  @Test
  void doesSoFromPairsAloneToo() {
    PlacementRequest request =
        Plans.request(couples(), Cluster.of(1, 2, 4))
            .withRouting(RoutingProfile.none().withCoSelection(CoSelection.of(couples())));
    PlacementResult result = Plans.plan(request);
    assertThat(RankTable.of(result.placement(), 0)).isEqualTo("1 2 / 0 3");
    assertThat(result.decision().facts())
        .containsEntry("evidence", "pairs")
        .containsEntry("pairs.apart", "0.0000");
  }

  @Test
  void saysThatItOnlyBalancesWhereNothingIsKnownOfRouting() {
    PlacementRequest request =
        Plans.request(couples(), Cluster.of(1, 2, 4)).withRouting(RoutingProfile.none());
    Decision decision = Plans.plan(request).decision();
    assertThat(decision.isFallback()).isTrue();
    assertThat(decision.effective()).isEqualTo("balanced");
    assertThat(decision.reason()).isEqualTo("NO_ROUTING_DATA");
  }

  @Test
  void takesNoTokenForNothingKnown() {
    Routes none =
        Routes.of(Plans.request(couples(), Cluster.of(1, 2, 4)).model(), new int[0], new char[0]);
    PlacementRequest request =
        Plans.request(couples(), Cluster.of(1, 2, 4))
            .withRouting(RoutingProfile.none().withRoutes(none));
    assertThat(Plans.plan(request).decision().reason()).isEqualTo("NO_ROUTING_DATA");
  }

  @Test
  void saysThatItOnlyBalancesALayerThatIsTooLarge() {
    Routes routes = Plans.routes(4000, new int[] {1, 2});
    Decision decision = Plans.plan(Plans.request(routes, Cluster.of(1, 8, 4000))).decision();
    assertThat(decision.isFallback()).isTrue();
    assertThat(decision.reason()).isEqualTo("LAYER_TOO_LARGE");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.02, 0.1, 0.3})
  void keepsTheCapOnTheLoadOfTheRequest(double cap) {
    Random random = new Random(5);
    for (int round = 0; round < 20; round++) {
      Routes routes = Plans.draw(random, 48, 4, 400);
      Cluster cluster = Cluster.of(1, 6, 48);
      PlacementRequest request = Plans.request(routes, cluster).withOptions(Plans.capped(cap));
      PlacementResult result = Plans.plan(request);
      Balance balance = Balance.of(result.placement(), routes.load(), cluster);
      assertThat(result.decision().facts()).containsEntry("layers.over_cap", "0");
      assertThat(balance.worstImbalance()).as("round %d", round).isLessThanOrEqualTo(cap + 1e-9);
      assertThat(Plans.fact(result, "imbalance.worst"))
          .isCloseTo(balance.worstImbalance(), within(1e-4));
    }
  }

  @Test
  void staysBelowTheCapByTheMargin() {
    Routes routes = Plans.draw(new Random(6), 48, 4, 400);
    Cluster cluster = Cluster.of(1, 6, 48);
    PlacementRequest request =
        Plans.request(routes, cluster).withOptions(Plans.capped(0.2).with("margin", 0.15));
    Placement placement = Plans.plan(request).placement();
    assertThat(Balance.of(placement, routes.load(), cluster).worstImbalance())
        .isLessThanOrEqualTo(0.05 + 1e-9);
  }

  @Test
  void tellsInHowManyLayersTheCapCannotBeKept() {
    Routes routes = Plans.routes(4, new int[] {0, 1}, new int[] {0, 2}, new int[] {0, 3});
    PlacementResult result = Plans.plan(Plans.request(routes, Cluster.of(1, 4, 4)));
    assertThat(result.decision().facts())
        .containsEntry("layers.over_cap", "1")
        .containsEntry("imbalance.worst", "1.0000");
  }

  @Test
  void savesNodesRatherThanRanksWhereNodesWeighMore() {
    Routes routes = Plans.draw(new Random(7), 64, 6, 600);
    Cluster cluster = Cluster.of(2, 8, 64);
    PlacementRequest request = Plans.request(routes, cluster);
    PlacementResult light =
        Plans.plan(request.withOptions(Plans.capped(0.1).with("node_weight", 0.0)));
    PlacementResult heavy =
        Plans.plan(request.withOptions(Plans.capped(0.1).with("node_weight", 9.0)));
    assertThat(Plans.fact(heavy, "fanout.nodes")).isLessThan(Plans.fact(light, "fanout.nodes"));
    assertThat(Plans.fact(light, "fanout.ranks")).isLessThan(Plans.fact(heavy, "fanout.ranks"));
  }

  @Test
  void weighsTheLoadOfTheRequestNotThatOfTheSample() {
    // In the sample all are alike; in the load, the two couples' first experts are heavy.
    Load load = Load.of(4, new double[][] {{9, 1, 9, 1}});
    Routes routes =
        Plans.routes(4, new int[] {0, 2}, new int[] {0, 2}, new int[] {1, 3}, new int[] {1, 3});
    PlacementRequest request = Plans.request(routes, Cluster.of(1, 2, 4)).withLoad(load);
    PlacementResult result = Plans.plan(request);
    assertThat(Balance.of(result.placement(), load, request.cluster()).worstImbalance()).isZero();
  }

  @Test
  void moreEffortDoesNotVisitMore() {
    Routes routes = Plans.draw(new Random(8), 60, 4, 500);
    PlacementRequest request = Plans.request(routes, Cluster.of(1, 6, 66));
    double before = Double.POSITIVE_INFINITY;
    for (long effort : new long[] {0, 40, 4000}) {
      PlacementResult result =
          Plans.plan(request.withOptions(Plans.capped(0.5).with("effort", effort)));
      double visits = Plans.fact(result, "fanout.ranks");
      assertThat(visits).as("effort %d", effort).isLessThanOrEqualTo(before);
      before = visits;
    }
  }
}

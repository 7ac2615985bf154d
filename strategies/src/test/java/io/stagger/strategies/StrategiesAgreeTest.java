package io.stagger.strategies;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.Balance;
import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.LoadBound;
import io.stagger.api.Placement;
import io.stagger.api.strategy.Options;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.strategies.activated.ActivatedStrategy;
import io.stagger.strategies.affinity.AffinityStrategy;
import io.stagger.strategies.balanced.BalancedStrategy;
import io.stagger.strategies.eplb.EplbStrategy;
import io.stagger.testkit.PlacementRequests;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Cross-validation: what all strategies must agree on, put to the same requests. */
class StrategiesAgreeTest {

  static Stream<Named<PlacementStrategy>> strategies() {
    return Stream.of(
            new LinearStrategy(),
            new ZigzagStrategy(),
            new AutoStrategy(),
            new EplbStrategy(),
            new BalancedStrategy(),
            new AffinityStrategy(),
            new ActivatedStrategy())
        .map(strategy -> Named.of(strategy.name(), strategy));
  }

  private interface Check {
    void check(PlacementRequest request, Placement placement, String seed);
  }

  /** A request, and what a strategy made of it. */
  private record Placed(long seed, PlacementRequest request, Placement placement) {

    static Placed of(PlacementStrategy strategy, long seed) {
      PlacementRequest drawn = PlacementRequests.generate(seed);
      Load flat = Load.uniform(drawn.model().layers(), drawn.model().experts(), 1);
      // Without a previous placement: who stays near one may leave a slot empty that was.
      PlacementRequest request =
          PlacementRequest.of(drawn.model(), drawn.cluster())
              .withLoad(drawn.load().orElse(flat))
              .withRouting(drawn.routing())
              .withOptions(Options.defaults(strategy.options()));
      return new Placed(seed, request, strategy.place(request).placement());
    }
  }

  /** By the strategy's name: each places the requests once, for all tests. */
  private static final Map<String, List<Placed>> PLACED = new ConcurrentHashMap<>();

  private static void forEachRequest(PlacementStrategy strategy, Check check) {
    PLACED
        .computeIfAbsent(
            strategy.name(),
            _ ->
                LongStream.rangeClosed(1001, 1030)
                    .mapToObj(seed -> Placed.of(strategy, seed))
                    .toList())
        .forEach(
            placed -> check.check(placed.request(), placed.placement(), "seed " + placed.seed()));
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void everyUsableSlotHoldsAnExpertAndNoOther(PlacementStrategy strategy) {
    forEachRequest(
        strategy,
        (request, placement, seed) -> {
          for (int layer = 0; layer < placement.layers(); layer++) {
            for (int slot = 0; slot < placement.slots(); slot++) {
              int rank = placement.layout().rankOf(slot);
              assertThat(placement.logicalAt(layer, slot) != Placement.EMPTY)
                  .as("%s: layer %d, slot %d is taken", seed, layer, slot)
                  .isEqualTo(request.cluster().isUp(rank));
            }
          }
        });
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void everyExpertHasOneSlotWhereThereIsNoRedundancy(PlacementStrategy strategy) {
    forEachRequest(
        strategy,
        (request, placement, seed) -> {
          if (request.cluster().usableSlots() == request.model().experts()) {
            assertThat(placement.maxReplicaCount()).as(seed).isLessThanOrEqualTo(1);
          }
        });
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void noPlacementBeatsTheLowerBound(PlacementStrategy strategy) {
    forEachRequest(
        strategy,
        (request, placement, seed) -> {
          Cluster cluster = request.cluster();
          Load load = request.load().orElseThrow();
          double[] bounds = LoadBound.busiest(load, cluster);
          Balance balance = Balance.of(placement, load, cluster);
          for (int layer = 0; layer < bounds.length; layer++) {
            assertThat(balance.busiest(layer) * (1 + 1e-9))
                .as("%s: busiest rank of layer %d", seed, layer)
                .isGreaterThanOrEqualTo(bounds[layer]);
          }
        });
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void fileOfAPlacementGivesThatPlacement(PlacementStrategy strategy) {
    forEachRequest(
        strategy,
        (request, placement, seed) -> {
          Options options = Options.empty().with("path", placement);
          assertThat(new FileStrategy().place(request.withOptions(options)).placement())
              .as(seed)
              .isEqualTo(placement);
        });
  }
}

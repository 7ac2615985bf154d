package io.stagger.strategies.activated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.routing.Routes;
import io.stagger.api.routing.RoutingProfile;
import io.stagger.api.strategy.Options;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.testkit.PlacementStrategyContract;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Activated keeps the contract, and spreads the experts that batches activate. */
class ActivatedStrategyTest extends PlacementStrategyContract {

  @Override
  protected PlacementStrategy strategy() {
    return new ActivatedStrategy();
  }

  /** Few tries and batches: these tests are about rules, not about quality. */
  @Override
  protected Options options(PlacementRequest request) {
    return defaults().with("effort", 10L).with("samples", 4L);
  }

  @Override
  protected int requests() {
    return 100;
  }

  private static Options defaults() {
    return Options.defaults(new ActivatedStrategy().options());
  }

  /** Sequences of one token each, whose experts are neighbours. */
  private static Routes neighbours(int experts, int topK, int tokens) {
    Random random = new Random(3);
    int[] sequences = new int[tokens];
    Arrays.setAll(sequences, token -> token);
    char[] choices = new char[tokens * topK];
    for (int token = 0; token < tokens; token++) {
      int first = random.nextInt(experts);
      for (int choice = 0; choice < topK; choice++) {
        choices[token * topK + choice] = (char) ((first + choice) % experts);
      }
    }
    return Routes.of(ModelShape.of(1, experts, topK, 1, 1), sequences, choices);
  }

  private static PlacementRequest request(Routes routes, Cluster cluster, long batch) {
    return PlacementRequest.of(ModelShape.of(1, routes.experts(), routes.topK(), 1, 1), cluster)
        .withLoad(routes.load())
        .withRouting(RoutingProfile.none().withRoutes(routes))
        .withOptions(defaults().with("batch", batch));
  }

  private static double fact(PlacementResult result, String name) {
    return Double.parseDouble(result.decision().facts().get(name));
  }

  @Test
  void spreadsWhatASingleTokenActivates() {
    Routes routes = neighbours(12, 3, 50);
    PlacementResult result =
        new ActivatedStrategy().place(request(routes, Cluster.of(1, 3, 12), 1));
    // Three neighbours on three ranks: one each.
    assertThat(result.decision().facts())
        .containsEntry("evidence", "routes")
        .containsEntry("activated.max", "1.0000")
        .containsEntry("activated.mean", "1.0000");
  }

  @Test
  void isNeverWorseThanItsStart() {
    for (long batch : new long[] {2, 4, 8}) {
      PlacementResult result =
          new ActivatedStrategy()
              .place(request(neighbours(32, 2, 200), Cluster.of(2, 8, 40), batch));
      assertThat(fact(result, "activated.max"))
          .isLessThan(fact(result, "activated.max.start"))
          .isGreaterThanOrEqualTo(fact(result, "activated.mean"));
    }
  }

  @Test
  void drawsBatchesFromTheLoadWhereThereAreNoRoutes() {
    Load load = Load.of(4, new double[][] {{100, 100, 1e-9, 1e-9}});
    PlacementRequest request =
        PlacementRequest.of(ModelShape.of(1, 4, 2, 1, 1), Cluster.of(1, 2, 4))
            .withLoad(load)
            .withOptions(defaults());
    PlacementResult result = new ActivatedStrategy().place(request);
    assertThat(result.decision().facts())
        .containsEntry("evidence", "load")
        .containsEntry("activated.max", "1.0000");
  }

  @Test
  void findsTheBestOfAllPlacements() {
    Random random = new Random(4);
    Cluster cluster = Cluster.of(1, 2, 6);
    for (int round = 0; round < 20; round++) {
      int[][] active = new int[10][];
      for (int batch = 0; batch < active.length; batch++) {
        active[batch] = random.ints(0, 6).distinct().limit(3).sorted().toArray();
      }
      LayerSearch search = new LayerSearch(cluster, 6, active, new int[] {0, 1, 2, 3, 4, 5});
      search.run(300);
      assertThat(search.largest()).as("round %d", round).isEqualTo(fewest(active));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4, 14})
  void whatIsWeighedTryByTryIsWhatAFreshSearchWeighs(int redundant) {
    Random random = new Random(redundant);
    int slots = 16 + redundant;
    Cluster cluster = Cluster.of(1, SlotLayout.even(5, slots)).withSpeeds(1, 2, 1, 0.7, 1);
    int[][] active = new int[12][];
    for (int batch = 0; batch < active.length; batch++) {
      active[batch] = random.ints(0, 16).limit(1 + 2 * batch).distinct().sorted().toArray();
    }
    int[] row = new int[slots];
    Arrays.setAll(row, slot -> slot % 16);
    LayerSearch search = new LayerSearch(cluster, 16, active, row.clone());
    double start = search.largest();
    search.run(200);
    LayerSearch anew = new LayerSearch(cluster, 16, active, search.row());
    assertThat(search.largest()).isLessThan(start).isEqualTo(anew.largest());
  }

  /** Of all ways to put three of six experts on one rank and the rest on the other. */
  private static double fewest(int[][] active) {
    double best = Double.POSITIVE_INFINITY;
    for (int set = 0; set < 64; set++) {
      if (Integer.bitCount(set) == 3) {
        double sum = 0;
        for (int[] batch : active) {
          int held = set;
          long here = Arrays.stream(batch).filter(e -> (held >> e & 1) == 1).count();
          sum += Math.max(here, batch.length - here);
        }
        best = Math.min(best, sum);
      }
    }
    return best;
  }

  @Test
  void activationFollowsFromTheLoadByTheIndependenceModel() {
    Load load = Load.of(4, new double[][] {{50, 25, 25, 0}, {0, 0, 0, 0}});
    PlacementRequest request =
        PlacementRequest.of(ModelShape.of(2, 4, 1, 1, 1), Cluster.of(1, 2, 4)).withLoad(load);
    Load activation = Batches.of(request, 2, 1).activation();
    // 1 - (1 - p)^2
    assertThat(activation.layer(0))
        .containsExactly(new double[] {0.75, 0.4375, 0.4375, 0}, within(1e-12));
    assertThat(activation.layer(1)).containsOnly(0);
  }

  @Test
  void aBatchHasATokenOfEachSequenceBeforeAnyHasTwo() {
    // Sequence s always chooses expert s: a batch of all sequences activates all experts.
    int[] sequences = new int[40];
    char[] choices = new char[40];
    for (int token = 0; token < 40; token++) {
      sequences[token] = token / 5;
      choices[token] = (char) (token / 5);
    }
    Routes routes = Routes.of(ModelShape.of(1, 8, 1, 1, 1), sequences, choices);
    Batches batches = Batches.of(request(routes, Cluster.of(1, 2, 8), 8), 8, 5);
    assertThat(Arrays.stream(batches.layer(0))).allMatch(active -> active.length == 8);
    Batches small = Batches.of(request(routes, Cluster.of(1, 2, 8), 3), 3, 5);
    assertThat(Arrays.stream(small.layer(0))).allMatch(active -> active.length == 3);
  }

  @Test
  void replicasAreChosenSoThatNoRankHasMany() {
    int[][] ranksOf = {{0, 1}, {0}, {0, 2}, {1}};
    ReplicaPick pick = new ReplicaPick(ranksOf, new double[] {1, 1, 1});
    pick.serve(new int[] {0, 1, 2, 3});
    assertThat(pick.busiest()).isEqualTo(2);
    pick.serve(new int[] {1, 2, 3});
    assertThat(pick.busiest()).isEqualTo(1);
  }

  @Test
  void slowRanksGetFewer() {
    Routes routes = neighbours(12, 6, 60);
    Cluster cluster = Cluster.of(1, 2, 24).withSpeeds(1, 3);
    Placement placement = new ActivatedStrategy().place(request(routes, cluster, 1)).placement();
    // Every expert is on both ranks: of six, the fast one takes four or five.
    assertThat(placement.maxReplicaCount()).isEqualTo(2);
    assertThat(fact(new ActivatedStrategy().place(request(routes, cluster, 1)), "activated.max"))
        .isLessThanOrEqualTo(2);
  }
}

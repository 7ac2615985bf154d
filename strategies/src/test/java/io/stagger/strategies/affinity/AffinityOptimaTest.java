package io.stagger.strategies.affinity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stagger.api.Balance;
import io.stagger.api.Cluster;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.routing.Routes;
import io.stagger.api.strategy.PlacementResult;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Affinity finds the optimum where all placements can be tried. */
class AffinityOptimaTest {

  private static final double CAP = 0.25;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void findsTheFewestRanksUnderTheCap(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 5; round++) {
      Routes routes = Plans.draw(random, 8, 3, 60);
      int[] slots = random.nextBoolean() ? new int[] {4, 4} : new int[] {3, 2, 3};
      assertOptimal(routes, Cluster.of(1, SlotLayout.of(slots)), "seed " + seed + ", " + round);
    }
  }

  /** With replicas tokens choose anew after each move, and the search follows an estimate. */
  @Test
  void comesNearTheFewestRanksWithReplicas() {
    Random random = new Random(5);
    Cluster cluster = Cluster.of(1, 2, 8);
    double visits = 0;
    double fewest = 0;
    for (int round = 0; round < 20; round++) {
      Routes routes = Plans.draw(random, 6, 3, 60);
      // The cap is left out, as it depends on which replicas serve.
      visits += Plans.fact(plan(routes, cluster, 1000), "fanout.ranks");
      fewest += new Everything(routes, cluster, 1000).best;
    }
    assertThat(visits).isBetween(fewest - 1e-3, fewest * 1.08);
  }

  private static PlacementResult plan(Routes routes, Cluster cluster, double cap) {
    return Plans.plan(
        Plans.request(routes, cluster).withOptions(Plans.capped(cap).with("effort", 500L)));
  }

  private static void assertOptimal(Routes routes, Cluster cluster, String origin) {
    PlacementResult result = plan(routes, cluster, CAP);
    Everything all = new Everything(routes, cluster, CAP);
    if (all.best < Double.POSITIVE_INFINITY) {
      assertThat(Plans.fact(result, "fanout.ranks")).as(origin).isCloseTo(all.best, within(1e-4));
      assertThat(Score.of(result.placement(), cluster, routes).ranks())
          .as(origin)
          .isCloseTo(all.best, within(1e-9));
    } else {
      assertThat(result.decision().facts()).as(origin).containsEntry("layers.over_cap", "1");
    }
  }

  /** Tries all placements that fill every slot and repeat no expert on a rank. */
  private static final class Everything {
    private final Routes routes;
    private final Cluster cluster;
    private final double cap;
    private final int[] rankOf;
    private final int[] held;
    private double best = Double.POSITIVE_INFINITY;

    Everything(Routes routes, Cluster cluster, double cap) {
      this.routes = routes;
      this.cluster = cluster;
      this.cap = cap;
      this.rankOf = cluster.layout().rankOfSlots();
      this.held = new int[rankOf.length];
      fill(0, 0);
    }

    private void fill(int slot, int seen) {
      if (slot == held.length) {
        if (seen == (1 << routes.experts()) - 1) {
          weigh();
        }
        return;
      }
      // Experts ascend on a rank: every set of them once.
      boolean opens = slot == 0 || rankOf[slot] != rankOf[slot - 1];
      for (int expert = opens ? 0 : held[slot - 1] + 1; expert < routes.experts(); expert++) {
        held[slot] = expert;
        fill(slot + 1, seen | 1 << expert);
      }
    }

    private void weigh() {
      Placement placement =
          Placement.of(cluster.layout(), routes.experts(), new int[][] {held.clone()});
      Balance balance = Balance.of(placement, routes.load(), cluster);
      if (cap > 100 || balance.worstImbalance() <= cap) {
        best = Math.min(best, Score.of(placement, cluster, routes).ranks());
      }
    }
  }
}

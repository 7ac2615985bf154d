package io.stagger.strategies.affinity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stagger.api.Cluster;
import io.stagger.api.routing.Routes;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is kept up to date move by move equals what is counted anew. */
class HoldingTest {

  private static Holding holding(Routes routes, Cluster cluster, int[] expertAt) {
    RankSlots slots = new RankSlots(cluster, routes.experts());
    Nets nets = Nets.of(routes, 0, routes.tokens());
    return new Holding(slots, nets, routes.load().layer(0), 2, expertAt);
  }

  /** Round robin: no rank gets an expert twice. */
  private static int[] start(Cluster cluster, int experts) {
    int[] expertAt = new int[cluster.layout().slots()];
    Arrays.setAll(expertAt, slot -> slot % experts);
    return expertAt;
  }

  @Test
  void movesChangeWhatCountingAnewWouldChange() {
    Random random = new Random(1);
    Routes routes = Plans.draw(random, 20, 4, 300);
    Cluster cluster = Cluster.of(2, 6, 24);
    Holding holding = holding(routes, cluster, start(cluster, 20));
    int moves = 0;
    while (moves < 200) {
      int slot = random.nextInt(24);
      int other = random.nextInt(24);
      int expert = random.nextInt(20);
      int rank = holding.slots.rankOf[slot];
      if (holding.count[holding.expertAt[slot]] > 1 && !holding.holds(rank, expert)) {
        holding.replace(slot, expert);
      } else if (mayExchange(holding, slot, other)) {
        holding.swap(slot, other);
      }
      moves++;
      Holding anew = holding(routes, cluster, holding.expertAt);
      assertThat(holding.cost()).as("move %d", moves).isEqualTo(anew.cost());
      assertThat(holding.load).as("move %d", moves).containsExactly(anew.load, within(1e-9));
    }
  }

  private static boolean mayExchange(Holding holding, int slot, int other) {
    int rank = holding.slots.rankOf[slot];
    int otherRank = holding.slots.rankOf[other];
    return rank != otherRank
        && !holding.holds(otherRank, holding.expertAt[slot])
        && !holding.holds(rank, holding.expertAt[other]);
  }

  @Test
  void gainsOfExchangesAreExactWithoutReplicas() {
    Random random = new Random(2);
    Routes routes = Plans.draw(random, 24, 4, 300);
    Cluster cluster = Cluster.of(2, 6, 24);
    Holding holding = holding(routes, cluster, start(cluster, 24));
    for (int round = 0; round < 300; round++) {
      int slot = random.nextInt(24);
      int other = random.nextInt(24);
      if (mayExchange(holding, slot, other)) {
        double saved =
            holding.moveGain(slot, other)
                + holding.moveGain(other, slot)
                - holding.overlap(slot, other);
        double before = holding.cost();
        holding.swap(slot, other);
        assertThat(before - holding.cost()).as("round %d", round).isEqualTo(saved);
      }
    }
  }

  @Test
  void equalSetsAreOneNetUnlessTheyAreMany() {
    Routes routes =
        Plans.routes(5, new int[] {0, 3}, new int[] {3, 0}, new int[] {1, 2}, new int[] {0, 3});
    assertThat(Nets.of(routes, 0, 4).count()).isEqualTo(4);
    int[][] tokens = new int[512][];
    Arrays.fill(tokens, new int[] {2, 1});
    Nets nets = Nets.of(Plans.routes(5, tokens), 0, 512);
    assertThat(nets.count()).isEqualTo(256);
    assertThat(nets.tokens()).isEqualTo(512);
    assertThat(nets.chosen).containsExactly(0, 512, 512, 0, 0);
  }

  @Test
  void takesTokensEvenlyFromAll() {
    int[][] tokens = new int[100][];
    Arrays.setAll(tokens, token -> new int[] {token / 25, 4});
    assertThat(Nets.of(Plans.routes(5, tokens), 0, 8).chosen).containsExactly(2, 2, 2, 2, 8);
  }
}

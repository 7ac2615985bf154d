package io.stagger.strategies.affinity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stagger.api.Cluster;
import io.stagger.api.SlotLayout;
import io.stagger.api.routing.Routes;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The move that is found against trying all, where its worth is exact. */
class MovesTest {

  private static Nets noTokens(int experts) {
    return new Nets(experts, new int[] {0}, new int[0], new double[0]);
  }

  /** Loads 5 and 4 on one rank, 2 and 1 on the other. */
  private static Holding twoUnevenRanks() {
    RankSlots slots = new RankSlots(Cluster.of(1, 2, 4), 4);
    return new Holding(slots, noTokens(4), new double[] {5, 4, 2, 1}, 0, new int[] {0, 1, 2, 3});
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void withoutReplicasNoExchangeIsWorthMore(long seed) {
    Random random = new Random(seed);
    Cluster cluster = Cluster.of(2, 4, 20).withSpeeds(1, 2, 1, 0.5);
    Routes routes = Plans.draw(random, 20, 4, 200);
    RankSlots slots = new RankSlots(cluster, 20);
    Nets nets = Nets.of(routes, 0, routes.tokens());
    double[] loads = routes.load().layer(0);
    Holding holding = new Holding(slots, nets, loads, 1.5, IntStream.range(0, 20).toArray());
    Trial trial = new Trial(holding, 1.1 * slots.idealWork(routes.load().total(0)));
    for (int step = 0; step < 12; step++) {
      trial.assertNoMoveIsWorthMore(seed % 3 * 0.7);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void withoutTokensNoMoveTakesMoreFromTheOverload(long seed) {
    Random random = new Random(seed);
    Cluster cluster = Cluster.of(1, SlotLayout.of(4, 3, 5, 4)).withSpeeds(1, 1, 1.5, 0.8);
    double[] loads = random.doubles(10, 1, 20).toArray();
    RankSlots slots = new RankSlots(cluster, 10);
    int[] start = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5};
    Holding holding = new Holding(slots, noTokens(10), loads, 0, start);
    Trial trial = new Trial(holding, slots.idealWork(Arrays.stream(loads).sum()));
    for (int step = 0; step < 8; step++) {
      trial.assertNoMoveIsWorthMore(1);
    }
  }

  @Test
  void whatRestsIsNotMoved() {
    Holding holding = twoUnevenRanks();
    Rest rest = new Rest(holding.slots);
    rest.tick();
    Moves moves = new Moves(holding, rest, 6);
    for (int expert = 0; expert < 4; expert++) {
      rest.of(expert, expert < 2 ? 1 : 0);
    }
    assertThat(moves.find(1, 0)).isFalse();
    // It may be moved all the same if it saves enough and adds nothing to the overload.
    assertThat(moves.find(1, -1)).isTrue();
  }

  @Test
  void whatLeftARankRestsAfterwards() {
    Holding holding = twoUnevenRanks();
    Rest rest = new Rest(holding.slots);
    rest.tick();
    Moves moves = new Moves(holding, rest, 6);
    assertThat(moves.find(1, 0)).isTrue();
    moves.apply();
    assertThat(holding.expertAt).containsExactly(2, 1, 0, 3);
    assertThat(rest.rests(0, 0)).isTrue();
    assertThat(rest.rests(2, 1)).isTrue();
    assertThat(rest.rests(1, 0)).isFalse();
  }

  /** A search's moves, beside all others that it could have made. */
  private static final class Trial {
    private final Holding holding;
    private final double limit;

    Trial(Holding holding, double limit) {
      this.holding = holding;
      this.limit = limit;
    }

    /** Nothing rests, whatever was moved before. */
    void assertNoMoveIsWorthMore(double price) {
      Moves moves = new Moves(holding, new Rest(holding.slots), limit);
      assertThat(moves.overload()).isCloseTo(overload(), within(1e-6));
      double before = value(price);
      double most = before - least(price);
      assertThat(moves.find(price, 0)).isTrue();
      moves.apply();
      assertThat(before - value(price)).isCloseTo(most, within(1e-6));
    }

    private double value(double price) {
      return holding.cost() + price * overload();
    }

    private double overload() {
      double sum = 0;
      for (int rank = 0; rank < holding.slots.ranks; rank++) {
        sum += Math.max(0, holding.load[rank] * holding.slots.slowness[rank] - limit);
      }
      return sum;
    }

    /** The least value that any one move leads to. */
    private double least(double price) {
      int[] held = holding.expertAt.clone();
      double least = Double.POSITIVE_INFINITY;
      for (int slot = 0; slot < held.length; slot++) {
        for (int other = slot + 1; other < held.length; other++) {
          if (mayExchange(slot, other)) {
            holding.swap(slot, other);
            least = Math.min(least, value(price));
            holding.set(held);
          }
        }
        for (int expert = 0; expert < holding.slots.experts; expert++) {
          boolean spare = holding.count[held[slot]] > 1;
          if (spare && !holding.holds(holding.slots.rankOf[slot], expert)) {
            holding.replace(slot, expert);
            least = Math.min(least, value(price));
            holding.set(held);
          }
        }
      }
      return least;
    }

    private boolean mayExchange(int slot, int other) {
      int rank = holding.slots.rankOf[slot];
      int otherRank = holding.slots.rankOf[other];
      return rank != otherRank
          && !holding.holds(otherRank, holding.expertAt[slot])
          && !holding.holds(rank, holding.expertAt[other]);
    }
  }
}

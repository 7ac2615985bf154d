package io.stagger.strategies.balanced;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The changes that are found gain the most, and their tables say what would come of them. */
class TrafficChangesTest {

  private static final double ROUNDING = 1e-9;
  private static final double LEAST = 1e-7;

  private static double bestExchange(PlainTraffic traffic, int rank, int expert) {
    PlainLayer plain = PlainLayer.of(traffic.packing());
    double least = Double.POSITIVE_INFINITY;
    for (int other = 0; other < traffic.packing().ranks; other++) {
      for (int received : plain.ranks().get(other)) {
        if (other != rank && !plain.holds(rank, received) && !plain.holds(other, expert)) {
          PlainLayer then = plain.with(rank, expert, received).with(other, received, expert);
          least = Math.min(least, traffic.cost(then));
        }
      }
    }
    return least;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void theExchangeIsTheBestOfAll(long seed) {
    Random random = new Random(seed);
    int found = 0;
    for (int round = 0; round < 40; round++) {
      PlainTraffic traffic = PlainTraffic.drawn(random, random.nextBoolean());
      Packing packing = traffic.packing();
      int slot = random.nextInt(packing.slots());
      int rank = packing.rankOf[packing.replicaAt[slot]];
      double before = traffic.cost();
      double least = bestExchange(traffic, rank, packing.expertAt(slot));
      TrafficSwaps swaps =
          new TrafficSwaps(
              traffic.groups(),
              traffic.changes(),
              traffic.overload(),
              new Budget(),
              traffic.weight());
      boolean gains = least < before - LEAST;
      assertThat(swaps.find(slot, rank, LEAST)).as("seed %d, %d", seed, round).isEqualTo(gains);
      if (gains) {
        found++;
        swaps.apply();
        assertThat(traffic.cost()).isCloseTo(least, within(ROUNDING));
        assertTablesAreRight(traffic);
      }
    }
    assertThat(found).isGreaterThan(5);
  }

  private static double bestRetype(PlainTraffic traffic, int replica, boolean otherGroups) {
    Packing packing = traffic.packing();
    PlainLayer plain = PlainLayer.of(packing);
    int rank = packing.rankOf[replica];
    int former = packing.expertOf[replica];
    double least = Double.POSITIVE_INFINITY;
    for (int expert = 0; expert < packing.experts; expert++) {
      boolean other = traffic.groups().groupOf[expert] != traffic.groups().groupOf[former];
      if (!plain.holds(rank, expert) && (other || !otherGroups)) {
        least = Math.min(least, traffic.cost(plain.with(rank, former, expert)));
      }
    }
    return least;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void theNewExpertIsTheBestOfThoseOfOtherGroupsOrBetter(long seed) {
    Random random = new Random(seed);
    int found = 0;
    for (int round = 0; round < 60; round++) {
      PlainTraffic traffic = PlainTraffic.drawn(random, true);
      Packing packing = traffic.packing();
      int replica = random.nextInt(packing.slots());
      if (packing.count[packing.expertOf[replica]] > 1) {
        double before = traffic.cost();
        double least = bestRetype(traffic, replica, false);
        double leastOfOthers = bestRetype(traffic, replica, true);
        TrafficRetypes retypes =
            new TrafficRetypes(
                traffic.groups(),
                traffic.changes(),
                traffic.overload(),
                new Budget(),
                traffic.weight());
        boolean gains = retypes.find(replica, LEAST);
        if (gains) {
          found++;
          retypes.apply();
          assertTablesAreRight(traffic);
          assertThat(traffic.cost()).isLessThan(before - LEAST / 2);
        }
        assertThat(traffic.cost())
            .as("seed %d, %d", seed, round)
            .isBetween(
                Math.min(least, before) - ROUNDING, Math.min(leastOfOthers, before) + 2 * LEAST);
      }
    }
    assertThat(found).isGreaterThan(5);
  }

  private static void assertTablesAreRight(PlainTraffic traffic) {
    Packing packing = traffic.packing();
    PlainLayer plain = PlainLayer.of(packing);
    plain.assertIs(packing);
    double spread = traffic.spread(plain);
    assertThat(traffic.groups().spread()).isCloseTo(spread, within(ROUNDING));
    for (int rank = 0; rank < packing.ranks; rank++) {
      for (int node = 0; node < 2; node++) {
        double least = Double.POSITIVE_INFINITY;
        for (int slot = packing.first[rank]; slot < packing.first[rank + 1]; slot++) {
          double move = traffic.changes().ofMove(packing.replicaAt[slot], node);
          assertThat(move)
              .isCloseTo(
                  moved(traffic, plain, rank, packing.expertAt(slot), node) - spread,
                  within(ROUNDING));
          least = Math.min(least, move);
        }
        assertThat(traffic.changes().ofLeastMove(rank, node)).isEqualTo(least);
      }
    }
    for (int expert = 0; expert < packing.experts; expert++) {
      for (int rank = 0; rank < packing.ranks; rank++) {
        if (!plain.holds(rank, expert)) {
          assertThat(traffic.changes().ofAddition(expert, traffic.groups().nodeOf[rank]))
              .isCloseTo(traffic.spread(plain.with(rank, -1, expert)) - spread, within(ROUNDING));
        }
      }
    }
  }

  /** The spread if a replica is on a rank of a node; on its own node all stays as it is. */
  private static double moved(
      PlainTraffic traffic, PlainLayer plain, int rank, int expert, int node) {
    if (traffic.groups().nodeOf[rank] == node) {
      return traffic.spread(plain);
    }
    for (int other = 2 * node; other < 2 * node + 2; other++) {
      if (!plain.holds(other, expert)) {
        return traffic.spread(plain.with(rank, expert, -1).with(other, -1, expert));
      }
    }
    return traffic.spread(plain) + traffic.changes().ofMove(replica(traffic, rank, expert), node);
  }

  private static int replica(PlainTraffic traffic, int rank, int expert) {
    Packing packing = traffic.packing();
    int replica = packing.head[expert];
    while (packing.rankOf[replica] != rank) {
      replica = packing.next[replica];
    }
    return replica;
  }
}

package io.stagger.engine.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stagger.api.Cluster;
import io.stagger.api.Placement;
import io.stagger.api.SlotCopy;
import io.stagger.api.SlotLayout;
import io.stagger.api.error.InvalidPlacementException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MigrationPlanTest {

  private static Placement placement(Cluster cluster, int experts, int... row) {
    return Placement.of(cluster.layout(), experts, new int[][] {row});
  }

  private static MigrationPlan plan(Cluster cluster, int experts, int[] now, int[] wanted) {
    return MigrationPlan.between(
        placement(cluster, experts, now), placement(cluster, experts, wanted), cluster);
  }

  @Test
  void needsNoCopyWhereOnlyNamesChange() {
    Cluster cluster = Cluster.of(1, 3, 6);
    MigrationPlan plan =
        plan(cluster, 6, new int[] {0, 1, 2, 3, 4, 5}, new int[] {5, 4, 1, 0, 3, 2});
    assertThat(plan.steps()).isEmpty();
    assertThat(plan.to()).isEqualTo(plan.from());
  }

  @Test
  void keepsTheSlotOfAnExpertThatStays() {
    Cluster cluster = Cluster.of(1, 2, 6);
    MigrationPlan plan =
        plan(cluster, 5, new int[] {0, 1, 2, 3, 4, 0}, new int[] {2, 3, 1, 0, 4, 0});
    assertThat(plan.to().physicalToLogical(0)).containsExactly(3, 1, 2, 0, 4, 0);
  }

  @Test
  void exchangesTwoExpertsThroughTheRoomOfOne() {
    Cluster cluster = Cluster.of(1, 2, 4).withSpeeds(1, 2);
    MigrationPlan plan = plan(cluster, 4, new int[] {0, 1, 2, 3}, new int[] {0, 2, 1, 3});
    assertThat(plan.steps())
        .containsExactly(
            new MigrationStep.PutAside(0, 1),
            new MigrationStep.Copy(new SlotCopy(0, 2, 2, 1)),
            new MigrationStep.CopyAside(new SlotCopy(0, 1, 1, 2)));
  }

  @Test
  void copiesFromTheNodeRatherThanFromAnother() {
    Cluster cluster = Cluster.of(2, 4, 8).withSpeeds(1, 2, 3, 4);
    int[] now = {0, 1, 0, 2, 0, 3, 1, 2};
    // Rank 3 has 0 next, which is on both nodes.
    MigrationPlan plan = plan(cluster, 4, now, new int[] {0, 1, 0, 2, 0, 3, 1, 0});
    assertThat(plan.copies()).containsExactly(new SlotCopy(0, 0, 4, 7));
    assertThat(plan.copiesBetweenNodes(cluster)).isZero();
  }

  @Test
  void sharesTheSendingAmongEquallyNearRanks() {
    Cluster cluster = Cluster.of(1, 4, 8).withSpeeds(1, 2, 3, 4);
    int[] now = {0, 1, 0, 1, 2, 3, 2, 3};
    MigrationPlan plan = plan(cluster, 4, now, new int[] {0, 1, 0, 1, 0, 3, 2, 1});
    assertThat(plan.copies()).containsExactly(new SlotCopy(0, 0, 0, 4), new SlotCopy(0, 1, 3, 7));
  }

  @Test
  void keepsTogetherWhatWasOnANode() {
    Cluster cluster = Cluster.of(2, 4, 4);
    // One rank's copy could be spared, but 0 and 1 belong on a node, as 2 and 3 do.
    MigrationPlan plan = plan(cluster, 4, new int[] {0, 2, 1, 3}, new int[] {0, 1, 2, 3});
    int[] row = plan.to().physicalToLogical(0);
    assertThat(List.of(row[0] / 2, row[2] / 2)).containsExactlyInAnyOrder(row[1] / 2, row[3] / 2);
    assertThat(plan.copies()).hasSize(2);
    assertThat(plan.leastCopies()).isZero();
  }

  @Test
  void leavesEachRankAsManyExpertsAsWerePlanned() {
    int none = Placement.EMPTY;
    Cluster cluster = Cluster.of(1, 2, 4);
    MigrationPlan plan = plan(cluster, 3, new int[] {0, 1, 2, none}, new int[] {2, none, 0, 1});
    assertThat(plan.to().physicalToLogical(0)).contains(none);
    assertThat(
            plan.to().physicalToLogical(0)[0] == none || plan.to().physicalToLogical(0)[1] == none)
        .isTrue();
  }

  @Test
  void copiesFromNoRankThatIsDown() {
    Cluster cluster = Cluster.of(1, 3, 6).withRanksDown(0);
    int none = Placement.EMPTY;
    int[] now = {0, 1, 2, 3, 1, 2};
    assertThat(plan(cluster, 4, now, new int[] {none, none, 1, 3, 1, 2}).copies())
        .containsExactly(new SlotCopy(0, 1, 4, 2));
    assertThatThrownBy(() -> plan(cluster, 4, now, new int[] {none, none, 0, 3, 1, 2}))
        .isInstanceOf(InvalidPlacementException.class)
        .hasMessageContaining("layer 0, expert 0 is on no rank that is up");
  }

  @Test
  void refusesPlacementsOfOtherSlots() {
    Cluster cluster = Cluster.of(1, 2, 4);
    Placement now = placement(cluster, 3, 0, 1, 2, 0);
    Placement other = placement(Cluster.of(1, SlotLayout.of(3, 1)), 3, 0, 1, 2, 0);
    assertThatThrownBy(() -> MigrationPlan.between(now, other, cluster))
        .isInstanceOf(InvalidPlacementException.class)
        .hasMessageContaining("the wanted placement has other slots than the cluster");
  }

  /** Carries the steps out on slots that hold numbers. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void leadsToThePlacementWithRoomForOneExpertAside(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 50; round++) {
      Case given = Case.of(random);
      MigrationPlan plan = MigrationPlan.between(given.now, given.wanted, given.cluster);
      for (int layer = 0; layer < given.now.layers(); layer++) {
        assertThat(carriedOut(plan, layer))
            .as("seed %d, round %d, layer %d", seed, round, layer)
            .isEqualTo(plan.to().physicalToLogical(layer));
      }
    }
  }

  private static int[] carriedOut(MigrationPlan plan, int layer) {
    int[] held = plan.from().physicalToLogical(layer);
    int[] rankOf = plan.from().layout().rankOfSlots();
    int[] aside = new int[plan.from().ranks()];
    Arrays.fill(aside, Placement.EMPTY);
    for (MigrationStep step : plan.steps()) {
      if (step.layer() == layer) {
        switch (step) {
          case MigrationStep.Copy(SlotCopy copy) -> {
            assertThat(held[copy.fromSlot()]).isEqualTo(copy.expert());
            held[copy.toSlot()] = copy.expert();
          }
          case MigrationStep.PutAside(int _, int slot) -> {
            assertThat(aside[rankOf[slot]]).as("room of the rank").isEqualTo(Placement.EMPTY);
            aside[rankOf[slot]] = held[slot];
          }
          case MigrationStep.CopyAside(SlotCopy copy) -> {
            assertThat(aside[rankOf[copy.fromSlot()]]).isEqualTo(copy.expert());
            aside[rankOf[copy.fromSlot()]] = Placement.EMPTY;
            held[copy.toSlot()] = copy.expert();
          }
        }
      }
    }
    int[] row = plan.to().physicalToLogical(layer);
    for (int slot = 0; slot < row.length; slot++) {
      // A slot that becomes empty keeps what it held, which nobody looks at.
      held[slot] = row[slot] == Placement.EMPTY ? Placement.EMPTY : held[slot];
    }
    return held;
  }

  /** The oracle tries every order of the ranks. */
  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14})
  void needsTheFewestCopiesThatAnyNamesOfTheRanksWould(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 25; round++) {
      int ranks = 2 + random.nextInt(4);
      int slots = 2 + random.nextInt(3);
      Cluster cluster = Cluster.of(1, ranks, ranks * slots);
      int experts = 1 + random.nextInt(ranks * slots);
      int[] now = Case.row(random, experts, ranks * slots);
      int[] wanted = Case.row(random, experts, ranks * slots);
      MigrationPlan plan = plan(cluster, experts, now, wanted);
      long fewest = fewest(now, wanted, slots, new ArrayList<>());
      assertThat((long) plan.copies().size())
          .as("seed %d, round %d", seed, round)
          .isEqualTo(fewest);
      assertThat(plan.leastCopies()).isEqualTo(fewest);
    }
  }

  private static long fewest(int[] now, int[] wanted, int slots, List<Integer> order) {
    int ranks = now.length / slots;
    if (order.size() == ranks) {
      long copies = 0;
      for (int rank = 0; rank < ranks; rank++) {
        List<Integer> held = list(now, rank, slots);
        for (int expert : list(wanted, order.get(rank), slots)) {
          copies += held.remove((Object) expert) ? 0 : 1;
        }
      }
      return copies;
    }
    long fewest = Long.MAX_VALUE;
    for (int rank = 0; rank < ranks; rank++) {
      if (!order.contains(rank)) {
        order.add(rank);
        fewest = Math.min(fewest, fewest(now, wanted, slots, order));
        order.removeLast();
      }
    }
    return fewest;
  }

  private static List<Integer> list(int[] row, int rank, int slots) {
    List<Integer> list = new ArrayList<>();
    for (int slot = rank * slots; slot < (rank + 1) * slots; slot++) {
      list.add(row[slot]);
    }
    return list;
  }

  /** Two placements on a cluster of some nodes, perhaps with ranks that differ. */
  private record Case(Cluster cluster, Placement now, Placement wanted) {

    static Case of(SplittableRandom random) {
      int nodes = 1 + random.nextInt(3);
      int ranks = nodes * (1 + random.nextInt(3));
      int slots = ranks * (1 + random.nextInt(4));
      Cluster cluster = Cluster.of(nodes, ranks, slots);
      if (random.nextBoolean()) {
        cluster = cluster.withSpeeds(random.ints(ranks, 1, 3).asDoubleStream().toArray());
      }
      int experts = 1 + random.nextInt(slots);
      int layers = 1 + random.nextInt(3);
      int[][] now = new int[layers][];
      int[][] wanted = new int[layers][];
      for (int layer = 0; layer < layers; layer++) {
        now[layer] = row(random, experts, slots);
        wanted[layer] = row(random, experts, slots);
      }
      return new Case(
          cluster,
          Placement.of(cluster.layout(), experts, now),
          Placement.of(cluster.layout(), experts, wanted));
    }

    /** Every expert somewhere. */
    static int[] row(SplittableRandom random, int experts, int slots) {
      int[] row = new int[slots];
      for (int slot = 0; slot < slots; slot++) {
        row[slot] = slot < experts ? slot : random.nextInt(experts);
      }
      for (int slot = slots - 1; slot > 0; slot--) {
        int other = random.nextInt(slot + 1);
        int held = row[slot];
        row[slot] = row[other];
        row[other] = held;
      }
      return row;
    }
  }
}

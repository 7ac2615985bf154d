package io.stagger.strategies.balanced;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stagger.api.Cluster;
import io.stagger.api.LoadBound;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A layer is planned as far as there is need and budget, and what is told of the plan is true. */
class LayerPlannerTest {

  private static final Cluster THREE_BY_THREE = Cluster.of(1, 3, 9);

  /** All ways to split them on three ranks of three give a rank 42, and the mean is 125 / 3. */
  private static final double[] HARD = {13, 1, 25, 26, 14, 8, 10, 4, 24};

  /** A planner and the packing that it plans. */
  private record Planned(LayerPlanner planner, Packing packing) {

    static Planned on(Cluster cluster, int experts, long effort, double tolerance) {
      CountedRanks ranks = CountedRanks.of(cluster, experts);
      Packing packing = ranks.emptyPacking();
      LoadBound bound = LoadBound.on(cluster);
      return new Planned(
          new LayerPlanner(packing, ranks.emptyPacking(), bound, effort, tolerance, 0), packing);
    }

    Planned plan(double... load) {
      planner.plan(load);
      return this;
    }

    PlainLayer layer() {
      return PlainLayer.of(packing);
    }
  }

  @Test
  void takesNoStepWhereTheDealMeetsTheBound() {
    Planned planned = Planned.on(Cluster.of(1, 3, 6), 6, 1000, 0).plan(6, 5, 4, 3, 2, 1);
    assertThat(planned.planner.busiest()).isEqualTo(7);
    assertThat(planned.planner.provenBound()).isEqualTo(7);
    assertThat(planned.planner.steps()).isZero();
  }

  @Test
  void takesNoStepWithoutABudget() {
    Planned planned = Planned.on(THREE_BY_THREE, 9, 0, 0).plan(HARD);
    assertThat(planned.planner.busiest()).isEqualTo(44);
    assertThat(planned.planner.steps()).isZero();
  }

  @Test
  void searchesOnUntilTheBudgetIsSpentWhereTheBoundIsOutOfReach() {
    Planned planned = Planned.on(THREE_BY_THREE, 9, 500, 0).plan(HARD);
    assertThat(planned.planner.busiest()).isEqualTo(42);
    assertThat(planned.planner.provenBound()).isCloseTo(125 / 3.0, within(1e-9));
    // The last look may overdraw it by the slots of both partners, two times.
    assertThat(planned.planner.steps()).isBetween(500L, 513L);
  }

  @Test
  void isSatisfiedWithTheTolerance() {
    // The deal's 44 is 5.6 % above the bound.
    assertThat(Planned.on(THREE_BY_THREE, 9, 500, 0.057).plan(HARD).planner.steps()).isZero();
    Planned stricter = Planned.on(THREE_BY_THREE, 9, 500, 0.055).plan(HARD);
    assertThat(stricter.planner.busiest()).isLessThan(44);
    assertThat(stricter.planner.steps()).isBetween(1L, 100L);
  }

  @Test
  void forgetsTheLayerBefore() {
    Planned planned = Planned.on(THREE_BY_THREE, 9, 500, 0).plan(HARD);
    PlainLayer first = planned.layer();
    long steps = planned.planner.steps();
    planned.plan(9, 9, 9, 9, 1, 1, 1, 0, 0);
    planned.plan(HARD);
    assertThat(planned.layer().ranks()).isEqualTo(first.ranks());
    assertThat(planned.planner.steps()).isEqualTo(steps);
  }

  /** Slots from two to five a rank: where they are few, replica counts are searched too. */
  @ParameterizedTest
  @CsvSource({"8, 4, 8", "8, 4, 12", "8, 4, 13", "10, 6, 12", "10, 6, 18", "10, 5, 25", "7, 3, 9"})
  void tellsTheWorkOfThePlanThatItLeaves(int experts, int ranks, int slots) {
    Random random = new Random(slots);
    Planned planned = Planned.on(Cluster.of(1, ranks, slots), experts, 2000, 0);
    for (int round = 0; round < 20; round++) {
      planned.plan(random.ints(experts, 1, 100).asDoubleStream().toArray());
      PlainLayer layer = planned.layer();
      layer.assertIs(planned.packing);
      double busiest = 0;
      for (int rank = 0; rank < ranks; rank++) {
        busiest = Math.max(busiest, layer.work(rank));
      }
      assertThat(planned.planner.busiest()).isCloseTo(busiest, within(1e-9 * busiest));
      assertThat(busiest).isGreaterThanOrEqualTo(planned.planner.provenBound() * (1 - 1e-9));
    }
  }

  /** With no budget for a search, the plan is the deal in the order of the shares. */
  @ParameterizedTest
  @CsvSource({"8, 4, 12", "16, 4, 20", "16, 8, 40", "30, 5, 31", "5, 4, 20"})
  void beginsWithTheDealOfAllSharesInOrder(int experts, int ranks, int slots) {
    Random random = new Random(slots);
    Cluster cluster = Cluster.of(1, ranks, slots);
    Packing dealt = CountedRanks.of(cluster, experts).emptyPacking();
    Planned planned = Planned.on(cluster, experts, 0, 0);
    for (int round = 0; round < 20; round++) {
      double[] load = random.doubles(experts).toArray();
      PlainLayer.deal(dealt, load);
      assertThat(planned.plan(load).layer().ranks()).isEqualTo(PlainLayer.of(dealt).ranks());
    }
  }
}

package io.stagger.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.tuple;

import io.stagger.api.Violation.Rule;
import io.stagger.api.error.InvalidPlacementException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlacementRulesTest {

  private static final ModelShape MODEL = ModelShape.of(2, 4, 1, 1, 1);
  private static final SlotLayout LAYOUT = SlotLayout.of(2, 2, 2);
  private static final Cluster CLUSTER = Cluster.of(1, LAYOUT);
  private static final int[] ROW = {0, 1, 2, 3, 0, -1};

  private static Placement placement(int[]... rows) {
    return Placement.of(LAYOUT, 4, rows);
  }

  @Test
  void acceptsReplicasAndEmptySlots() {
    assertThat(PlacementRules.violations(placement(ROW, ROW), MODEL, CLUSTER)).isEmpty();
    assertThatNoException()
        .isThrownBy(() -> PlacementRules.requireValid(placement(ROW, ROW), MODEL, CLUSTER, "me"));
  }

  @Test
  void acceptsAnExpertOfWhichOneReplicaIsUp() {
    int[] row = {-1, -1, 0, 1, 2, 3};
    Cluster cluster = CLUSTER.withRanksDown(0);
    assertThat(PlacementRules.violations(placement(row, row), MODEL, cluster)).isEmpty();
  }

  @Test
  void asksForEveryLayerOfTheModel() {
    assertThat(PlacementRules.violations(placement(ROW), MODEL, CLUSTER))
        .containsExactly(new Violation(Rule.LAYERS, -1, -1, "1 layers; expected 2"));
  }

  @Test
  void asksForTheExpertsOfTheModel() {
    ModelShape larger = ModelShape.of(2, 5, 1, 1, 1);
    assertThat(PlacementRules.violations(placement(ROW, ROW), larger, CLUSTER))
        .containsExactly(new Violation(Rule.EXPERTS, -1, -1, "4 experts; expected 5"));
  }

  @Test
  void asksForTheRanksOfTheCluster() {
    Cluster smaller = Cluster.of(1, 2, 6);
    assertThat(PlacementRules.violations(placement(ROW, ROW), MODEL, smaller))
        .containsExactly(new Violation(Rule.CAPACITY, -1, -1, "3 ranks; expected 2"));
  }

  @Test
  void asksForTheSlotsOfEveryRank() {
    Cluster uneven = Cluster.of(1, SlotLayout.of(3, 2, 1));
    assertThat(PlacementRules.violations(placement(ROW, ROW), MODEL, uneven))
        .containsExactly(
            new Violation(Rule.CAPACITY, -1, -1, "rank 0 has 2 slots; expected 3"),
            new Violation(Rule.CAPACITY, -1, -1, "rank 2 has 2 slots; expected 1"));
  }

  @Test
  void reportsEverySizeThatDiffersAndLooksNoFurther() {
    ModelShape other = ModelShape.of(1, 5, 1, 1, 1);
    int[] unreachable = {0, 0, 0, 0, 0, 0};
    assertThat(
            PlacementRules.violations(
                placement(unreachable, unreachable), other, Cluster.of(1, 2, 6)))
        .extracting(Violation::rule)
        .containsExactly(Rule.LAYERS, Rule.EXPERTS, Rule.CAPACITY);
  }

  @Test
  void asksForEveryExpert() {
    assertThat(
            PlacementRules.violations(placement(ROW, new int[] {0, 1, 0, 1, 0, 3}), MODEL, CLUSTER))
        .containsExactly(
            new Violation(
                Rule.REACHABLE,
                1,
                -1,
                "layer 1, expert 2 is on no rank that is up; expected at least one slot"));
  }

  @Test
  void allowsNothingOnARankThatIsDown() {
    int[] row = {0, 1, 2, 3, -1, 1};
    assertThat(PlacementRules.violations(placement(row, ROW), MODEL, CLUSTER.withRanksDown(2)))
        .containsExactly(
            new Violation(
                Rule.RANK_UP,
                0,
                5,
                "layer 0, slot 5 holds expert 1 on rank 2, which is down; expected -1"),
            new Violation(
                Rule.RANK_UP,
                1,
                4,
                "layer 1, slot 4 holds expert 0 on rank 2, which is down; expected -1"));
  }

  @Test
  void takesAnExpertThatIsOnlyOnARankThatIsDownForUnreachable() {
    int[] valid = {0, 1, 2, 3, -1, -1};
    int[] row = {0, 1, 2, -1, 3, 3};
    assertThat(PlacementRules.violations(placement(valid, row), MODEL, CLUSTER.withRanksDown(2)))
        .extracting(Violation::rule, Violation::layer, Violation::slot)
        .containsExactly(
            tuple(Rule.RANK_UP, 1, 4), tuple(Rule.RANK_UP, 1, 5), tuple(Rule.REACHABLE, 1, -1));
  }

  @Test
  void listsNoMoreThanTheLimitInLayerOrder() {
    int layers = 30;
    int[][] rows = new int[layers][];
    Arrays.fill(rows, new int[] {0, 1, 2, 2, 2, 2});
    List<Violation> found =
        PlacementRules.violations(placement(rows), ModelShape.of(layers, 4, 1, 1, 1), CLUSTER);
    assertThat(found).hasSize(PlacementRules.LIMIT).hasSize(20);
    assertThat(found).extracting(Violation::layer).isSorted().startsWith(0, 1).endsWith(19);
  }

  @Test
  void keepsTheLimitWithinALayerToo() {
    Placement placement = Placement.of(SlotLayout.of(1), 100, new int[][] {{0}});
    assertThat(
            PlacementRules.violations(
                placement, ModelShape.of(1, 100, 1, 1, 1), Cluster.of(1, 1, 1)))
        .hasSize(20)
        .last()
        .extracting(Violation::message)
        .isEqualTo("layer 0, expert 20 is on no rank that is up; expected at least one slot");
  }

  @Test
  void keepsTheLimitOnSizesToo() {
    Placement placement = Placement.of(SlotLayout.even(64, 64), 1, new int[][] {new int[64]});
    assertThat(
            PlacementRules.violations(
                placement, ModelShape.of(1, 1, 1, 1, 1), Cluster.of(1, 64, 128)))
        .hasSize(20);
  }

  @Test
  void namesWhosePlacementIsRefusedAndTheFirstViolation() {
    int[] row = {0, 1, 2, -1, -1, -1};
    assertThatExceptionOfType(InvalidPlacementException.class)
        .isThrownBy(() ->
            PlacementRules.requireValid(
                placement(ROW, row), MODEL, CLUSTER, "strategy 'acme.greedy'"))
        .withMessage(
            "placement of strategy 'acme.greedy': layer 1, expert 3 is on no rank that is up;"
                + " expected at least one slot")
        .satisfies(e -> assertThat(e.violations()).hasSize(1));
  }

  @Test
  void saysHowManyViolationsFollowTheFirst() {
    int[] row = {0, -1, -1, -1, -1, -1};
    assertThatExceptionOfType(InvalidPlacementException.class)
        .isThrownBy(
            () -> PlacementRules.requireValid(placement(row, ROW), MODEL, CLUSTER, "a file"))
        .withMessageEndingWith(
            "layer 0, expert 1 is on no rank that is up; expected at least one"
                + " slot (and 2 more)")
        .satisfies(e -> assertThat(e.violations()).hasSize(3).isUnmodifiable());
  }
}

package io.stagger.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stagger.api.Violation.Rule;
import io.stagger.api.error.InvalidPlacementException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MigrationTest {

  private static final SlotLayout LAYOUT = SlotLayout.of(2, 2, 2);

  private static Placement placement(int[]... rows) {
    return Placement.of(LAYOUT, 4, rows);
  }

  @Test
  void copiesNothingWhereNothingChanges() {
    Placement placement = placement(new int[] {0, 1, 2, 3, 0, -1});
    assertThat(Migration.between(placement, placement).copies()).isEmpty();
  }

  @Test
  void copiesFromTheOwnRankBeforeTheLowestSlot() {
    Migration migration =
        Migration.between(
            placement(new int[] {0, 1, 2, 0, 3, -1}), placement(new int[] {0, 1, 0, 2, 3, 0}));
    assertThat(migration.copies())
        .containsExactly(
            new SlotCopy(0, 0, 3, 2), new SlotCopy(0, 2, 2, 3), new SlotCopy(0, 0, 0, 5));
    assertThat(migration.copiesBetweenRanks()).isEqualTo(1);
  }

  @Test
  void copiesNothingIntoASlotThatBecomesEmpty() {
    Migration migration =
        Migration.between(
            placement(new int[] {0, 1, 2, 3, 0, 1}), placement(new int[] {0, 1, 2, 3, -1, -1}));
    assertThat(migration.copies()).isEmpty();
  }

  @Test
  void leadsFromAnyPlacementToAnyOther() {
    long seed = 4_711;
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      String where = "seed " + seed + ", round " + round;
      SlotLayout layout = SlotLayout.of(3, 0, 4, 2, 3);
      Placement from = random(random, layout);
      Placement to = random(random, layout);
      Migration migration = Migration.between(from, to);

      int[][] held = from.physicalToLogical();
      for (SlotCopy copy : migration.copies()) {
        assertThat(held[copy.layer()][copy.toSlot()]).as(where).isNotEqualTo(copy.expert());
        assertThat(from.logicalAt(copy.layer(), copy.fromSlot()))
            .as(where)
            .isEqualTo(copy.expert());
        held[copy.layer()][copy.toSlot()] = copy.expert();
        assertLocalIfPossible(from, copy, where);
      }
      for (int layer = 0; layer < to.layers(); layer++) {
        for (int slot = 0; slot < to.slots(); slot++) {
          if (to.logicalAt(layer, slot) != Placement.EMPTY) {
            assertThat(held[layer][slot]).as(where).isEqualTo(to.logicalAt(layer, slot));
          }
        }
      }
      assertThat(migration.copies())
          .as(where)
          .isSortedAccordingTo(
              Comparator.comparingInt(SlotCopy::layer).thenComparingInt(SlotCopy::toSlot));
    }
  }

  private static void assertLocalIfPossible(Placement from, SlotCopy copy, String where) {
    int rank = from.layout().rankOf(copy.toSlot());
    boolean local = from.expertMap(copy.layer(), rank)[copy.expert()] != Placement.EMPTY;
    if (local) {
      assertThat(from.layout().rankOf(copy.fromSlot())).as(where).isEqualTo(rank);
    } else {
      assertThat(copy.fromSlot()).as(where).isEqualTo(from.replica(copy.layer(), copy.expert(), 0));
    }
  }

  /** Every expert at least once, in random slots; the others hold anything or nothing. */
  private static Placement random(Random random, SlotLayout layout) {
    int experts = 7;
    int[][] rows = new int[3][];
    for (int layer = 0; layer < rows.length; layer++) {
      List<Integer> row = new ArrayList<>();
      for (int slot = 0; slot < layout.slots(); slot++) {
        row.add(slot < experts ? slot : random.nextInt(experts + 1) - 1);
      }
      Collections.shuffle(row, random);
      rows[layer] = row.stream().mapToInt(Integer::intValue).toArray();
    }
    return Placement.of(layout, experts, rows);
  }

  @Test
  void countsTheCopiesThatCrossRanks() {
    Placement from = placement(new int[] {0, 1, 2, 3, -1, -1}, new int[] {0, 1, 2, 3, -1, -1});
    Placement to = placement(new int[] {1, 0, 2, 3, -1, 3}, new int[] {2, 3, 0, 1, -1, -1});
    Migration migration = Migration.between(from, to);
    assertThat(migration.copies()).hasSize(7);
    assertThat(migration.copiesBetweenRanks()).isEqualTo(5);
  }

  @Test
  void refusesPlacementsOfUnequalSize() {
    Placement from = placement(new int[] {0, 1, 2, 3, 0, 1});
    List<Placement> others =
        Arrays.asList(
            placement(new int[] {0, 1, 2, 3, 0, 1}, new int[] {0, 1, 2, 3, 0, 1}),
            Placement.of(LAYOUT, 5, new int[][] {{0, 1, 2, 3, 4, 1}}),
            Placement.of(SlotLayout.of(3, 3), 4, new int[][] {{0, 1, 2, 3, 0, 1}}));
    for (Placement to : others) {
      assertThatExceptionOfType(InvalidPlacementException.class)
          .isThrownBy(() -> Migration.between(from, to))
          .withMessageEndingWith("the placements differ in layers, experts or slots")
          .satisfies(e -> assertThat(e.violations().getFirst().rule()).isEqualTo(Rule.CAPACITY));
    }
  }

  @Test
  void refusesAnExpertThatIsNowhereToBeCopiedFrom() {
    assertThatExceptionOfType(InvalidPlacementException.class)
        .isThrownBy(() ->
            Migration.between(
                placement(new int[] {0, 1, 2, -1, -1, -1}),
                placement(new int[] {0, 1, 2, -1, 3, -1})))
        .withMessage("migration: layer 0, expert 3 is nowhere to be copied from")
        .satisfies(e ->
            assertThat(e.violations())
                .containsExactly(
                    new Violation(
                        Rule.REACHABLE, 0, 4, "layer 0, expert 3 is nowhere to be copied from")));
  }

  @Test
  void keepsItsOwnCopies() {
    Placement placement = placement(new int[] {0, 1, 2, 3, 0, 1});
    List<SlotCopy> copies = new ArrayList<>();
    Migration migration = new Migration(placement, placement, copies);
    copies.add(new SlotCopy(0, 0, 0, 4));
    assertThat(migration.copies()).isEmpty();
  }
}

package io.stagger.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stagger.api.error.InvalidClusterException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SlotLayoutTest {

  private static final SlotLayout UNEVEN = SlotLayout.of(0, 3, 0, 0, 2, 1, 0);

  @Test
  void numbersSlotsRankMajor() {
    assertThat(UNEVEN.slots()).isEqualTo(6);
    assertThat(UNEVEN.ranks()).isEqualTo(7);
    assertThat(UNEVEN.rankOfSlots()).containsExactly(1, 1, 1, 4, 4, 5);
    assertThat(UNEVEN.slotsPerRank()).containsExactly(0, 3, 0, 0, 2, 1, 0);
  }

  @Test
  void givesARankWithoutSlotsTheFirstSlotOfTheRanksAfterIt() {
    assertThat(UNEVEN.firstSlot(0)).isZero();
    assertThat(UNEVEN.firstSlot(2)).isEqualTo(3);
    assertThat(UNEVEN.firstSlot(3)).isEqualTo(3);
    assertThat(UNEVEN.firstSlot(6)).isEqualTo(6);
    assertThat(UNEVEN.slotsOf(2)).isZero();
  }

  @Test
  void findsTheRankAndThePositionOfASlotAmongRanksWithoutSlots() {
    assertThat(UNEVEN.rankOf(0)).isEqualTo(1);
    assertThat(UNEVEN.rankOf(2)).isEqualTo(1);
    assertThat(UNEVEN.rankOf(3)).isEqualTo(4);
    assertThat(UNEVEN.rankOf(5)).isEqualTo(5);
    assertThat(UNEVEN.localSlot(2)).isEqualTo(2);
    assertThat(UNEVEN.localSlot(3)).isZero();
    assertThat(UNEVEN.localSlot(4)).isEqualTo(1);
  }

  @Test
  void agreesWithItselfOnRandomLayouts() {
    long seed = 20_260_817;
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      int[] counts = random.ints(1 + random.nextInt(20), 0, 4).toArray();
      SlotLayout layout = SlotLayout.of(counts);
      int[] rankOf = layout.rankOfSlots();
      int slot = 0;
      for (int rank = 0; rank < counts.length; rank++) {
        for (int local = 0; local < counts[rank]; local++, slot++) {
          String where = "seed " + seed + ", round " + round + ", slot " + slot;
          assertThat(layout.rankOf(slot)).as(where).isEqualTo(rank).isEqualTo(rankOf[slot]);
          assertThat(layout.localSlot(slot)).as(where).isEqualTo(local);
          assertThat(layout.firstSlot(rank) + local).as(where).isEqualTo(slot);
        }
      }
      assertThat(layout.slots()).isEqualTo(slot);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "8, 2, '4,4'",
    "9, 2, '5,4'",
    "10, 4, '3,3,2,2'",
    "18, 4, '5,5,4,4'",
    "2, 3, '1,1,0'"
  })
  void spreadsSlotsEvenlyWithTheRestOnTheFirstRanks(int slots, int ranks, String expected) {
    assertThat(SlotLayout.even(ranks, slots).slotsPerRank())
        .containsExactly(Arrays.stream(expected.split(",")).mapToInt(Integer::parseInt).toArray());
  }

  @Test
  void allowsALayoutWithoutAnySlot() {
    assertThat(SlotLayout.even(3, 0).slots()).isZero();
    assertThat(SlotLayout.even(3, 0).rankOfSlots()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 6, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void refusesToNameTheRankOfASlotThatDoesNotExist(int slot) {
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> UNEVEN.rankOf(slot))
        .withMessage("slot " + slot + " of 6");
  }

  @Test
  void refusesNoRanksAndTooManyRanks() {
    assertThatExceptionOfType(InvalidClusterException.class)
        .isThrownBy(() -> SlotLayout.of())
        .withMessage("cluster: 0 ranks; expected between 1 and 65536 ranks");
    assertThatExceptionOfType(InvalidClusterException.class)
        .isThrownBy(() -> SlotLayout.of(new int[SlotLayout.MAX_RANKS + 1]));
    assertThat(SlotLayout.of(new int[SlotLayout.MAX_RANKS]).ranks()).isEqualTo(65_536);
  }

  @Test
  void refusesNegativeAndTooManySlotsAndNamesTheRank() {
    assertThatExceptionOfType(InvalidClusterException.class)
        .isThrownBy(() -> SlotLayout.of(1, -2))
        .withMessageStartingWith("cluster, rank 1: -2 slots; expected a count from 0");
    assertThatExceptionOfType(InvalidClusterException.class)
        .isThrownBy(() -> SlotLayout.of(SlotLayout.MAX_SLOTS, 1))
        .withMessageStartingWith("cluster, rank 1: 1 slots");
    assertThatExceptionOfType(InvalidClusterException.class)
        .isThrownBy(() -> SlotLayout.of(Integer.MAX_VALUE, Integer.MAX_VALUE));
    assertThat(SlotLayout.of(SlotLayout.MAX_SLOTS, 0).slots()).isEqualTo(SlotLayout.MAX_SLOTS);
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "-1, 1", "65537, 1", "1, -1", "1, 16777217", "1, 2147483647"})
  void refusesAnEvenLayoutOutOfRange(int ranks, int slots) {
    assertThatExceptionOfType(InvalidClusterException.class)
        .isThrownBy(() -> SlotLayout.even(ranks, slots));
  }

  @Test
  void handsOutCopiesAndKeepsItsOwn() {
    int[] counts = {1, 2};
    SlotLayout layout = SlotLayout.of(counts);
    counts[0] = 9;
    layout.slotsPerRank()[0] = 9;
    layout.rankOfSlots()[0] = 9;
    assertThat(layout.slotsPerRank()).containsExactly(1, 2);
    assertThat(layout.rankOfSlots()).containsExactly(0, 1, 1);
  }

  @Test
  void isAValue() {
    assertThat(SlotLayout.even(2, 3))
        .isEqualTo(SlotLayout.of(2, 1))
        .hasSameHashCodeAs(SlotLayout.of(2, 1))
        .isNotEqualTo(SlotLayout.of(1, 2))
        .doesNotHaveSameHashCodeAs(SlotLayout.of(1, 2))
        .isNotEqualTo(SlotLayout.of(2, 1, 0))
        .hasToString("SlotLayout[2, 1]");
  }
}

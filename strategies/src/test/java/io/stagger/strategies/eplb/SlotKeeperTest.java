package io.stagger.strategies.eplb;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Slots are kept as vLLM keeps them; the first three vectors are its own. */
class SlotKeeperTest {

  private static int[] row(String text) {
    return Arrays.stream(text.split(" ")).mapToInt(Integer::parseInt).toArray();
  }

  private static Placement placement(SlotLayout layout, int experts, String... rows) {
    return Placement.of(
        layout, experts, Arrays.stream(rows).map(SlotKeeperTest::row).toArray(int[][]::new));
  }

  @ParameterizedTest(name = "{0} slots a rank")
  @CsvSource({
    "4, 0 1 2 3 4 5 6 7, 1 5 0 4 6 2 7 3, 0 1 5 4 2 3 6 7",
    "5, 0 1 0 2 3 4 5 6 1 2, 0 5 4 0 1 6 2 3 2 1, 0 1 0 5 4 3 2 6 1 2",
    "4, 0 1 2 3 0 1 2 3 0 1 2 3, 0 0 0 0 0 0 0 0 1 2 3 0, 0 0 0 0 0 0 0 0 0 1 2 3",
    "3, 2 1 0, 0 1 2, 2 1 0",
    "3, 5 6 7, 2 1 0, 2 1 0",
    "4, 0 0 1 7, 3 0 2 0, 0 0 3 2",
    "4, 9 9 9 0, 0 1 0 2, 1 0 2 0"
  })
  void expertsThatStayKeepTheirSlots(int slots, String previous, String planned, String kept) {
    int[] next = row(planned);
    int[] capacities = new int[next.length / slots];
    Arrays.fill(capacities, slots);
    new SlotKeeper(placement(SlotLayout.of(capacities), 10, previous)).keepSlots(0, next, 0);
    assertThat(next).isEqualTo(row(kept));
  }

  @Test
  void emptySlotsOfTheEarlierPlacementAreFilled() {
    int[] next = row("1 2 0");
    new SlotKeeper(placement(SlotLayout.of(3), 3, "-1 1 -1")).keepSlots(0, next, 0);
    assertThat(next).isEqualTo(row("2 1 0"));
  }

  @Test
  void ranksThatAreNowDownStayEmpty() {
    int[] next = row("0 1 -1 -1");
    new SlotKeeper(placement(SlotLayout.of(2, 2), 2, "1 0 1 0")).keepSlots(0, next, 0);
    assertThat(next).isEqualTo(row("1 0 -1 -1"));
  }

  @Test
  void layersDoNotInfluenceEachOther() {
    int[] next = row("3 4 5 4 4 0 5 1");
    SlotKeeper keeper = new SlotKeeper(placement(SlotLayout.of(4), 6, "0 1 2 3", "4 4 5 5"));
    keeper.keepSlots(0, next, 0);
    keeper.keepSlots(1, next, 4);
    assertThat(next).isEqualTo(row("4 5 4 3 4 0 5 1"));
  }
}

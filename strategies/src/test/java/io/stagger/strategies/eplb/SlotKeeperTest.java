package io.stagger.strategies.eplb;

import static org.assertj.core.api.Assertions.assertThat;

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
    new SlotKeeper(SlotLayout.of(capacities), 10).keepSlots(row(previous), next);
    assertThat(next).isEqualTo(row(kept));
  }

  @Test
  void emptySlotsOfTheEarlierPlacementAreFilled() {
    int[] next = row("1 2 0");
    new SlotKeeper(SlotLayout.of(3), 3).keepSlots(row("-1 1 -1"), next);
    assertThat(next).isEqualTo(row("2 1 0"));
  }

  @Test
  void ranksThatAreNowDownStayEmpty() {
    int[] next = row("0 1 -1 -1");
    new SlotKeeper(SlotLayout.of(2, 2), 2).keepSlots(row("1 0 1 0"), next);
    assertThat(next).isEqualTo(row("1 0 -1 -1"));
  }

  @Test
  void layersDoNotInfluenceEachOther() {
    SlotKeeper keeper = new SlotKeeper(SlotLayout.of(4), 6);
    keeper.keepSlots(row("0 1 2 3"), row("3 4 5 4"));
    int[] next = row("4 0 5 1");
    keeper.keepSlots(row("4 4 5 5"), next);
    assertThat(next).isEqualTo(row("4 0 5 1"));
  }
}

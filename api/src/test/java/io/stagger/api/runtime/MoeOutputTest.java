package io.stagger.api.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.weights.Tensor;
import org.junit.jupiter.api.Test;

class MoeOutputTest {

  private static final Placement PLACEMENT =
      Placement.of(SlotLayout.of(2, 1, 2), 4, new int[][] {{0, 1, 2, 3, 0}});
  private static final Routing ROUTING = Routing.of(2, new int[] {0, 3, 0, 1}, new float[4]);
  private static final Tensor HIDDEN = Tensor.ofFloats(new float[6], 2, 3);

  @Test
  void countsTheChoicesOfEachRank() {
    MoeOutput output = new MoeOutput(0, HIDDEN, ROUTING, new int[] {0, 3, 4, 1}, PLACEMENT);
    assertThat(output.rankTokens()).containsExactly(2, 0, 2);
    assertThat(output.slot(0, 1)).isEqualTo(3);
    assertThat(output.slot(1, 0)).isEqualTo(4);
    assertThat(output.layer()).isZero();
    assertThat(output.hidden()).isSameAs(HIDDEN);
    assertThat(output.routing()).isSameAs(ROUTING);
    assertThat(output.placement()).isSameAs(PLACEMENT);
  }

  @Test
  void refusesAnotherNumberOfSlotsThanChoices() {
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> new MoeOutput(7, HIDDEN, ROUTING, new int[3], PLACEMENT))
        .withMessage(
            "output of layer 7: 3 slots; expected one for each choice of"
                + " Routing[2 tokens, top-2]");
  }

  @Test
  void refusesAChoiceThatDoesNotExist() {
    MoeOutput output = new MoeOutput(0, HIDDEN, ROUTING, new int[4], PLACEMENT);
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> output.slot(0, 2));
  }
}

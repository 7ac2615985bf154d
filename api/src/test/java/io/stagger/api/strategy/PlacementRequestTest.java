package io.stagger.api.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.error.InvalidClusterException;
import io.stagger.api.error.InvalidLoadException;
import io.stagger.api.error.InvalidPlacementException;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlacementRequestTest {

  private static final ModelShape MODEL = ModelShape.of(1, 4, 2, 2, 1);
  private static final Cluster CLUSTER = Cluster.of(1, 2, 4);
  private static final PlacementRequest REQUEST = PlacementRequest.of(MODEL, CLUSTER);

  @Test
  void beginsWithNothingButModelAndCluster() {
    assertThat(REQUEST.load()).isEmpty();
    assertThat(REQUEST.previous()).isEmpty();
    assertThat(REQUEST.options()).isEqualTo(Options.empty());
  }

  @Test
  void takesEachPartInACopyAndKeepsTheOthers() {
    Load load = Load.uniform(1, 4, 1);
    Placement previous = Placement.of(CLUSTER.layout(), 4, new int[][] {{0, 1, 2, 3}});
    Options options = Options.empty().with("a", true);
    PlacementRequest request =
        REQUEST.withLoad(load).withPrevious(previous).withOptions(options).withLoad(load);
    assertThat(request.requireLoad()).isSameAs(load);
    assertThat(request.previous()).containsSame(previous);
    assertThat(request.options()).isSameAs(options);
    assertThat(REQUEST.load()).isEmpty();
  }

  @Test
  void refusesAClusterWithoutRoom() {
    assertThatExceptionOfType(InvalidClusterException.class)
        .isThrownBy(() -> PlacementRequest.of(MODEL, CLUSTER.withRanksDown(0)))
        .withMessageContaining("2 usable slots for 4 experts");
  }

  @Test
  void refusesALoadOfAnotherSize() {
    assertThatExceptionOfType(InvalidLoadException.class)
        .isThrownBy(() -> REQUEST.withLoad(Load.uniform(2, 4, 1)));
  }

  @Test
  void refusesAPreviousPlacementOfAnotherSizeWithAViolation() {
    List<Placement> others =
        List.of(
            Placement.of(CLUSTER.layout(), 4, new int[0][]),
            Placement.of(CLUSTER.layout(), 5, new int[][] {{0, 1, 2, 3}}),
            Placement.of(SlotLayout.of(1, 3), 4, new int[][] {{0, 1, 2, 3}}));
    for (Placement other : others) {
      assertThatExceptionOfType(InvalidPlacementException.class)
          .isThrownBy(() -> REQUEST.withPrevious(other))
          .withMessageStartingWith("previous placement: " + other + " does not fit")
          .withMessageEndingWith("; expected 1 layers, 4 experts, SlotLayout[2, 2]")
          .satisfies(e -> assertThat(e.violations()).hasSize(1));
    }
  }

  @Test
  void saysWhatToDoWithoutALoad() {
    assertThatExceptionOfType(InvalidLoadException.class)
        .isThrownBy(REQUEST::requireLoad)
        .withMessage(
            "request: no load was given; expected tokens per layer and expert."
                + " Give one, or choose a strategy that needs none");
  }
}

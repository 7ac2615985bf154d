package io.stagger.strategies;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.strategy.PlacementStrategy;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/** The strategies are found as services, under the names that users write. */
class StrategyServicesTest {

  @Test
  void everyStrategyIsFoundByItsName() {
    assertThat(ServiceLoader.load(PlacementStrategy.class))
        .extracting(PlacementStrategy::name)
        .containsExactlyInAnyOrder(
            "activated",
            "affinity",
            "auto",
            "balanced",
            "budget",
            "eplb",
            "file",
            "linear",
            "steady",
            "zigzag");
  }

  @Test
  void everyStrategyDescribesItselfInASentence() {
    assertThat(ServiceLoader.load(PlacementStrategy.class))
        .extracting(PlacementStrategy::description)
        .allMatch(description -> description.endsWith(".") && !description.contains("\n"));
  }
}

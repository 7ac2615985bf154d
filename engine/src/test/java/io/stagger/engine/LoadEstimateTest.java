package io.stagger.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.engine.config.StaggerConfig;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoadEstimateTest {

  private static final ModelShape MODEL = ModelShape.of(1, 4, 1, 2, 1);

  /** Shares 0.1 0.2 0.3 0.4, then 0.5 0.2 0.3 0, then 0.3 0.2 0.3 0.2. */
  private static final List<Load> WINDOWS =
      List.of(load(1, 2, 3, 4), load(50, 20, 30, 0), load(6, 4, 6, 4));

  private static final Load SUM = load(57, 26, 39, 8);

  private static Load load(double... counts) {
    return Load.of(counts.length, new double[][] {counts});
  }

  private static LoadEstimate estimate(String... settings) {
    StaggerConfig.Builder config = StaggerConfig.builder();
    List.of(settings).forEach(config::set);
    return LoadEstimate.of(config.build());
  }

  private static double[] shares(Load load) {
    double[] counts = load.layer(0);
    for (int expert = 0; expert < counts.length; expert++) {
      counts[expert] /= SUM.total(0);
    }
    return counts;
  }

  @Test
  void isTheCountsUnlessToldOtherwise() {
    assertThat(estimate().isPlain()).isTrue();
    assertThat(estimate().estimate(MODEL, SUM, WINDOWS)).isSameAs(SUM);
  }

  @Test
  void takesAQuantileOfEachExpertsShares() {
    LoadEstimate peak = estimate("load.estimate=quantile", "load.quantile=1");
    LoadEstimate median = estimate("load.estimate=quantile", "load.quantile=0.5");
    LoadEstimate between = estimate("load.estimate=quantile", "load.quantile=0.75");
    assertThat(shares(peak.estimate(MODEL, SUM, WINDOWS)))
        .containsExactly(new double[] {0.5, 0.2, 0.3, 0.4}, within(1e-12));
    assertThat(shares(median.estimate(MODEL, SUM, WINDOWS)))
        .containsExactly(new double[] {0.3, 0.2, 0.3, 0.2}, within(1e-12));
    assertThat(shares(between.estimate(MODEL, SUM, WINDOWS)))
        .containsExactly(new double[] {0.4, 0.2, 0.3, 0.3}, within(1e-12));
  }

  @Test
  void addsDeviationsToTheMeanOfEachExpertsShares() {
    LoadEstimate estimate = estimate("load.estimate=deviation", "load.deviations=2");
    double deviation = Math.sqrt(0.08 / 3);
    assertThat(shares(estimate.estimate(MODEL, SUM, WINDOWS)))
        .containsExactly(
            new double[] {0.3 + 2 * deviation, 0.2, 0.3, 0.2 + 2 * deviation}, within(1e-12));
  }

  @Test
  void takesALoadWithoutWindowsAsItsOnlyWindow() {
    LoadEstimate estimate = estimate("load.estimate=quantile");
    assertThat(estimate.estimate(MODEL, SUM, List.of()).layer(0))
        .containsExactly(SUM.layer(0), within(1e-9));
  }

  @Test
  void passesOverWindowsWithoutTokens() {
    LoadEstimate estimate = estimate("load.estimate=quantile", "load.quantile=0");
    assertThat(estimate.estimate(MODEL, SUM, List.of(load(0, 0, 0, 0), SUM)).layer(0))
        .containsExactly(SUM.layer(0), within(1e-9));
  }

  @Test
  void drawsCountsTowardTheMeanOfTheLayer() {
    LoadEstimate estimate = estimate("load.shrink=0.5");
    assertThat(estimate.estimate(MODEL, load(0, 4, 8, 12), List.of()).layer(0))
        .containsExactly(3, 5, 7, 9);
  }

  @Test
  void drawsCountsTowardTheMeanOfTheGroup() {
    LoadEstimate estimate = estimate("load.shrink=0.5", "load.shrink-to=group");
    assertThat(estimate.estimate(MODEL, load(0, 4, 8, 12), List.of()).layer(0))
        .containsExactly(1, 3, 9, 11);
  }

  @Test
  void saysInWordsWhatIsPlannedFor() {
    assertThat(estimate("load.estimate=quantile").describe(3))
        .isEqualTo("quantile 0.9000 over 3 windows");
    assertThat(estimate("load.shrink=0.1", "load.shrink-to=group").describe(1))
        .isEqualTo("counts, shrunk by 0.1000 toward the group");
  }
}

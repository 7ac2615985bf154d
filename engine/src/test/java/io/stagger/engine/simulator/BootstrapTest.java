package io.stagger.engine.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class BootstrapTest {

  private static BlockSeries series(int steps, IntToDoubleFunction busiest) {
    BlockSeries series = new BlockSeries();
    for (int i = 0; i < steps; i++) {
      Tally step = new Tally();
      step.add(Quantity.LAYERS, 1);
      step.add(Quantity.MAX_WORK, busiest.applyAsDouble(i));
      series.add(step);
    }
    return series;
  }

  private static Optional<Measured.Change> change(BlockSeries series, BlockSeries base) {
    Bootstrap bootstrap = new Bootstrap(base.blocks().size());
    return bootstrap.change(
        Figure.BUSIEST_RANK,
        series.total(),
        bootstrap.draws(series.blocks()),
        base.total(),
        bootstrap.draws(base.blocks()));
  }

  @Test
  void isCertainOfADifferenceThatIsTheSameInEveryStep() {
    BlockSeries base = series(500, i -> 1 + i % 7);
    BlockSeries twice = series(500, i -> 2 * (1 + i % 7));
    Measured.Change change = change(twice, base).orElseThrow();
    assertThat(change.estimate()).isCloseTo(1, within(1e-12));
    Measured.Interval interval = change.interval().orElseThrow();
    assertThat(interval.low()).isCloseTo(1, within(1e-12));
    assertThat(interval.high()).isCloseTo(1, within(1e-12));
  }

  /** The difference of 1 % has a standard error of 0.5 %, by the spread that it is made with. */
  @Test
  void isAsUncertainAsTheStepsAreDifferent() {
    SplittableRandom random = new SplittableRandom(1);
    BlockSeries base = series(400, i -> 100);
    BlockSeries noisy = series(400, i -> 101 + 10 * random.nextGaussian());
    Measured.Change change = change(noisy, base).orElseThrow();
    Measured.Interval interval = change.interval().orElseThrow();
    assertThat(interval.high() - interval.low()).isCloseTo(2 * 1.96 * 0.005, within(0.004));
    assertThat(change.estimate()).isBetween(interval.low(), interval.high());
  }

  @Test
  void claimsNoIntervalOfAFewSteps() {
    assertThat(change(series(9, i -> 2 + i), series(9, i -> 1)).orElseThrow().interval()).isEmpty();
    assertThat(change(series(10, i -> 2 + i), series(10, i -> 1)).orElseThrow().interval())
        .isPresent();
  }

  @Test
  void saysNothingOfAChangeFromNothing() {
    assertThat(change(series(9, i -> i), series(9, i -> 0))).isEmpty();
  }

  @Test
  void sumsUpStepsInBlocksOfWhichThereAreFew() {
    BlockSeries series = series(1000, i -> i);
    assertThat(series.blocks()).hasSize(125);
    assertThat(series.blocks().getFirst().get(Quantity.MAX_WORK)).isEqualTo(28);
    assertThat(series.total().get(Quantity.MAX_WORK)).isEqualTo(999 * 500);
  }
}

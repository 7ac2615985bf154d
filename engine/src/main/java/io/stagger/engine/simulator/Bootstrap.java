package io.stagger.engine.simulator;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Intervals for differences between strategies that were replayed on the same steps: blocks of
 * steps are drawn with replacement, the same for every strategy, and the middle 95 % of what comes
 * out is the interval (Efron's percentile bootstrap, paired, over blocks). The seed is fixed.
 */
final class Bootstrap {

  private static final int DRAWS = 1_000;
  private static final double TAIL = 0.025;

  /** Of fewer blocks, draws are too much alike: an interval would be too narrow, of one a point. */
  private static final int FEWEST_BLOCKS = 10;

  private static final long SEED = 20_250_926;

  /** How often each block is in each draw, {@code [draws][blocks]}. */
  private final int[][] times;

  private final int blocks;

  Bootstrap(int blocks) {
    this.blocks = blocks;
    SplittableRandom random = new SplittableRandom(SEED);
    this.times = new int[DRAWS][blocks];
    for (int[] draw : times) {
      for (int i = 0; i < blocks; i++) {
        draw[random.nextInt(blocks)]++;
      }
    }
  }

  /** The sum of each draw. */
  Tally[] draws(List<Tally> blocks) {
    Tally[] sums = new Tally[DRAWS];
    for (int draw = 0; draw < DRAWS; draw++) {
      sums[draw] = new Tally();
      for (int block = 0; block < times[draw].length; block++) {
        if (times[draw][block] > 0) {
          sums[draw].add(blocks.get(block), times[draw][block]);
        }
      }
    }
    return sums;
  }

  /**
   * The change of a figure.
   *
   * @param total of all steps, and {@code draws} of each draw; likewise of the base
   * @return empty if the base is 0
   */
  Optional<Measured.Change> change(
      Figure figure, Tally total, Tally[] draws, Tally baseTotal, Tally[] baseDraws) {
    double estimate = relative(figure.of(total), figure.of(baseTotal));
    return Double.isFinite(estimate)
        ? Optional.of(new Measured.Change(estimate, interval(figure, draws, baseDraws)))
        : Optional.empty();
  }

  private Optional<Measured.Interval> interval(Figure figure, Tally[] draws, Tally[] baseDraws) {
    if (blocks < FEWEST_BLOCKS) {
      return Optional.empty();
    }
    double[] changes = new double[draws.length];
    for (int i = 0; i < changes.length; i++) {
      changes[i] = relative(figure.of(draws[i]), figure.of(baseDraws[i]));
      if (!Double.isFinite(changes[i])) {
        return Optional.empty();
      }
    }
    Arrays.sort(changes);
    int low = (int) (TAIL * changes.length);
    return Optional.of(new Measured.Interval(changes[low], changes[changes.length - 1 - low]));
  }

  private static double relative(double value, double base) {
    return value / base - 1;
  }
}

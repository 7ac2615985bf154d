package io.stagger.testkit;

import io.stagger.api.Load;
import java.util.random.RandomGenerator;

/** The kinds of load that a strategy must cope with. */
enum LoadPattern {
  /** No token anywhere. */
  ZERO {
    @Override
    double count(RandomGenerator random, int expert, int hot) {
      return 0;
    }
  },
  /** Every expert the same. */
  FLAT {
    @Override
    double count(RandomGenerator random, int expert, int hot) {
      return 7;
    }
  },
  /** One expert has everything. */
  ONE_HOT {
    @Override
    double count(RandomGenerator random, int expert, int hot) {
      return expert == hot ? 100_000 : 0;
    }
  },
  /** Few values, so that most experts tie. */
  TIED {
    @Override
    double count(RandomGenerator random, int expert, int hot) {
      return random.nextInt(3);
    }
  },
  /** Whole numbers, a few experts far above the others: what routers do. */
  SKEWED {
    @Override
    double count(RandomGenerator random, int expert, int hot) {
      return Math.rint(20_000 / (1.0 + random.nextInt(64)));
    }
  },
  /** Averages that no binary fraction is equal to. */
  FRACTIONAL {
    @Override
    double count(RandomGenerator random, int expert, int hot) {
      return Math.exp(random.nextGaussian()) * 1000 / 3;
    }
  },
  /** Whole numbers that 64-bit floating point cannot tell apart any more. */
  ABOVE_2_POW_53 {
    @Override
    double count(RandomGenerator random, int expert, int hot) {
      return 0x1p53 * (1 + random.nextInt(1 << 20));
    }
  },
  /** From 1 to the largest count there may be. */
  HUGE {
    @Override
    double count(RandomGenerator random, int expert, int hot) {
      return Math.min(Load.MAX_COUNT, Math.pow(10, random.nextInt(31)));
    }
  };

  /** The count of one expert, finite and not negative. */
  abstract double count(RandomGenerator random, int expert, int hot);

  /** A load of this pattern. */
  Load draw(RandomGenerator random, int layers, int experts) {
    double[][] rows = new double[layers][experts];
    for (double[] row : rows) {
      int hot = random.nextInt(experts);
      for (int expert = 0; expert < experts; expert++) {
        row[expert] = count(random, expert, hot);
      }
    }
    return Load.of(experts, rows);
  }
}

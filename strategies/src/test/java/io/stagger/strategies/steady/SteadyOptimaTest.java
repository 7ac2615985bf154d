package io.stagger.strategies.steady;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.Balance;
import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Steady against all placements that a number of moves can lead to, where they can be tried. */
class SteadyOptimaTest {

  /**
   * The share of the possible gain that is reached, over all rounds, is measured, not derived: it
   * guards against getting worse.
   */
  @ParameterizedTest
  @CsvSource({"1, 6, 0.85", "2, 7, 0.85", "3, 9, 0.85"})
  void comesCloseToTheBestThatAFewMovesCanDo(long seed, int experts, double least) {
    Random random = new Random(seed);
    Cluster cluster = Cluster.of(1, SlotLayout.of(3, 3, 3));
    double reached = 0;
    double possible = 0;
    for (int round = 0; round < 30; round++) {
      Load load = load(random, experts);
      Placement before = Plans.full(load(random, experts), cluster);
      double stay = Balance.of(before, load, cluster).busiest(0);
      int moves = 1 + random.nextInt(3);
      double optimum = new Neighbourhood(before, load).best(moves);
      Placement after =
          Plans.plan(before, load, cluster, Plans.budget((moves + 0.5) / 9)).placement();
      double busiest = Balance.of(after, load, cluster).busiest(0);
      assertThat(busiest).as("round %d", round).isGreaterThanOrEqualTo(optimum * (1 - 1e-9));
      reached += stay - busiest;
      possible += stay - optimum;
    }
    assertThat(reached / possible).isGreaterThanOrEqualTo(least);
  }

  private static Load load(Random random, int experts) {
    double[] counts = new double[experts];
    Arrays.setAll(counts, expert -> Math.exp(random.nextGaussian()));
    return Load.of(experts, new double[][] {counts});
  }

  /** All placements some overwritten slots away, whatever lies in them. */
  private static final class Neighbourhood {
    private final double[] counts;
    private final int[] rankOf;
    private final int[] held;

    Neighbourhood(Placement before, Load load) {
      this.counts = load.layer(0);
      this.rankOf = before.layout().rankOfSlots();
      this.held = before.physicalToLogical(0);
    }

    double best(int moves) {
      return best(moves, 0);
    }

    private double best(int moves, int from) {
      double best = busiest();
      for (int slot = from; slot < held.length && moves > 0; slot++) {
        int former = held[slot];
        for (int expert = 0; expert < counts.length; expert++) {
          held[slot] = expert;
          best = Math.min(best, best(moves - 1, slot + 1));
        }
        held[slot] = former;
      }
      return best;
    }

    /** Infinite where an expert has no slot. */
    private double busiest() {
      int[] replicas = new int[counts.length];
      for (int expert : held) {
        replicas[expert]++;
      }
      double[] load = new double[rankOf[held.length - 1] + 1];
      for (int slot = 0; slot < held.length; slot++) {
        load[rankOf[slot]] += counts[held[slot]] / replicas[held[slot]];
      }
      boolean all = Arrays.stream(replicas).allMatch(count -> count > 0);
      return all ? Arrays.stream(load).max().orElseThrow() : Double.POSITIVE_INFINITY;
    }
  }
}

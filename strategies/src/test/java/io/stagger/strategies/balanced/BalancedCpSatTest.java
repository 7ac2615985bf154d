package io.stagger.strategies.balanced;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.ortools.sat.CpSolverStatus;
import io.stagger.api.Balance;
import io.stagger.api.LoadBound;
import io.stagger.strategies.LoadCase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An exact solver of another make confirms what {@code prove} says of small layers. */
class BalancedCpSatTest {

  private static final double SECONDS = 20;

  @ParameterizedTest
  @CsvSource({
    "a_ds_readme, 0",
    "a_ds_readme, 1",
    "f_mix_16_n1_g8_int, 2",
    "f_mix_16_n1_g8_int, 17"
  })
  void confirmsThatNoPlanIsBetterByATenthOfAPercent(String name, int layer) {
    LoadCase golden = LoadCase.golden(name);
    var load = golden.load().select(layer);
    int ranks = golden.cluster().ranks();
    int slots = golden.cluster().layout().slots() / ranks;
    double[] counts = load.layer(0);
    Balance plan =
        Balance.of(
            Plans.plan(load, golden.cluster(), Plans.defaults().with("prove", true)).placement(),
            load,
            golden.cluster());
    double busiest = plan.busiest(0);
    assertThat(CpSatLayer.below(busiest / 1.001, counts, ranks, slots, SECONDS))
        .as("a plan that is better")
        .isEqualTo(CpSolverStatus.INFEASIBLE);
    assertThat(CpSatLayer.below(busiest, counts, ranks, slots, SECONDS))
        .as("a plan that is as good")
        .isIn(CpSolverStatus.OPTIMAL, CpSolverStatus.FEASIBLE);
    assertThat(LoadBound.busiest(load, golden.cluster())[0]).isLessThanOrEqualTo(busiest);
  }

  @Test
  void knowsTheOptimumOfFlashLbsInstance() {
    double[] counts = {600, 560, 120, 120, 20, 10, 10, 10};
    assertThat(CpSatLayer.below(590 / 3.0, counts, 8, 2, SECONDS))
        .isIn(CpSolverStatus.OPTIMAL, CpSolverStatus.FEASIBLE);
    assertThat(CpSatLayer.below(196.6, counts, 8, 2, SECONDS)).isEqualTo(CpSolverStatus.INFEASIBLE);
  }
}

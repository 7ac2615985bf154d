package io.stagger.engine.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.engine.simulator.Verdict.Outcome;
import io.stagger.engine.simulator.cost.CostModel;
import io.stagger.engine.simulator.cost.ExpertSizes;
import io.stagger.engine.simulator.cost.Hardware;
import io.stagger.engine.simulator.cost.Link;
import io.stagger.engine.simulator.replicas.ReplicaRule;
import io.stagger.engine.trace.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VerdictTest {

  private static final Cluster CLUSTER = Cluster.of(1, 4, 4);
  private static final CostModel COSTS =
      new CostModel(
          new Hardware("slow", 4, 300, 600, new Link(10, 0.25), new Link(5, 0.5)),
          new ExpertSizes(10, 5, 2, 1));

  private final List<StrategyScore> scores = new ArrayList<>();

  /** Takes a strategy with a value, and the interval of its change from linear's value of 1. */
  private void score(String strategy, Figure figure, double value, double low, double high) {
    score(strategy, figure, value, Optional.of(new Measured.Interval(low, high)));
  }

  private void score(
      String strategy, Figure figure, double value, Optional<Measured.Interval> interval) {
    Measured measured =
        new Measured(
            value,
            strategy.equals("linear")
                ? Optional.empty()
                : Optional.of(new Measured.Change(value - 1, interval)));
    scores.add(
        new StrategyScore(
            strategy,
            List.of(),
            Map.of(Phase.DECODE, Map.of(figure, measured)),
            new Traffic(4, new long[16]),
            RankLoads.of(new double[1][4], CLUSTER)));
  }

  private Verdict verdict(Optional<CostModel> costs) {
    SimulationSpec spec =
        new SimulationSpec(CLUSTER, List.of(), 2, new Batching(4, 16), ReplicaRule.HASH, costs);
    Comparison comparison =
        new Comparison(
            ModelShape.of(1, 4, 2, 1, 1),
            spec,
            8,
            Map.of(Phase.DECODE, new Comparison.Steps(12, 4)),
            Load.uniform(1, 4, 1),
            Optional.empty(),
            scores,
            List.of());
    assertThat(comparison.verdicts()).hasSize(1);
    return comparison.verdicts().getFirst();
  }

  @Test
  void namesTheFastestAndWhomItIsNotToldApartFrom() {
    score("linear", Figure.STEP_TIME, 1, Optional.empty());
    score("near", Figure.STEP_TIME, 0.85, -0.18, -0.12);
    score("best", Figure.STEP_TIME, 0.8, -0.23, -0.17);
    score("far", Figure.STEP_TIME, 0.9, -0.12, -0.08);
    Verdict verdict = verdict(Optional.of(COSTS));
    assertThat(verdict.outcome()).isEqualTo(Outcome.BETTER);
    assertThat(verdict.figure()).isEqualTo(Figure.STEP_TIME);
    assertThat(verdict.strategy()).isEqualTo("best");
    assertThat(verdict.measured().value()).isEqualTo(0.8);
    assertThat(verdict.rivals()).containsExactly("near");
  }

  @Test
  void namesTheMostEvenWhereThereAreNoTimes() {
    score("linear", Figure.BALANCEDNESS, 1, Optional.empty());
    score("less", Figure.BALANCEDNESS, 0.8, -0.23, -0.17);
    score("more", Figure.BALANCEDNESS, 1.2, 0.17, 0.23);
    assertThat(verdict(Optional.empty()).strategy()).isEqualTo("more");
  }

  @Test
  void doesNotNameAGainWhoseIntervalHoldsNone() {
    score("linear", Figure.STEP_TIME, 1, Optional.empty());
    score("unsure", Figure.STEP_TIME, 0.8, -0.5, 0.1);
    Verdict verdict = verdict(Optional.of(COSTS));
    assertThat(verdict.outcome()).isEqualTo(Outcome.NO_DIFFERENCE);
    assertThat(verdict.strategy()).isEqualTo("linear");
  }

  @Test
  void prefersLinearWhereOthersAreWorse() {
    score("linear", Figure.STEP_TIME, 1, Optional.empty());
    score("worse", Figure.STEP_TIME, 1.2, 0.1, 0.3);
    score("unsure", Figure.STEP_TIME, 0.8, -0.5, 0.1);
    assertThat(verdict(Optional.of(COSTS)).outcome()).isEqualTo(Outcome.LINEAR_BEST);
  }

  @Test
  void saysThatItCannotTellWithoutAnInterval() {
    score("linear", Figure.STEP_TIME, 1, Optional.empty());
    score("fast", Figure.STEP_TIME, 0.5, Optional.empty());
    assertThat(verdict(Optional.of(COSTS)).outcome()).isEqualTo(Outcome.TOO_FEW_STEPS);
  }

  @Test
  void hasNothingToSayOfLinearAlone() {
    score("linear", Figure.STEP_TIME, 1, Optional.empty());
    assertThat(verdict(Optional.of(COSTS)).outcome()).isEqualTo(Outcome.ALONE);
  }
}

package io.stagger.engine.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import io.stagger.api.error.InvalidInputException;
import io.stagger.engine.simulator.replicas.Step;
import io.stagger.engine.trace.ExpertIds;
import io.stagger.engine.trace.Phase;
import io.stagger.engine.trace.TraceBatch;
import io.stagger.engine.trace.TraceHeader;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchingTest {

  private static final TraceHeader HEADER = TraceHeader.of(ModelShape.of(1, 2, 1, 1, 1));

  private static TraceBatch window(Phase phase, int[] sourceRanks, int... sequences) {
    byte[] phases = new byte[sequences.length];
    Arrays.fill(phases, phase.code());
    int[] unknown = new int[sequences.length];
    Arrays.fill(unknown, -1);
    return TraceBatch.of(
        HEADER,
        0,
        sequences,
        new int[sequences.length],
        phases,
        sourceRanks.length == 0 ? unknown : sourceRanks,
        unknown,
        ExpertIds.of(new byte[sequences.length]),
        new float[0]);
  }

  private static List<List<Integer>> tokens(List<Step> steps) {
    return steps.stream()
        .map(step -> IntStream.range(0, step.size()).map(step::token).boxed().toList())
        .toList();
  }

  @Test
  void givesAPlaceThatBecomesFreeToTheNextSequence() {
    // Sequence 0 has three tokens, 1 has one, 2 and 3 have two.
    TraceBatch window = window(Phase.DECODE, new int[0], 0, 0, 0, 1, 2, 2, 3, 3);
    List<Step> steps = new Batching(2, 1).steps(window, Cluster.of(1, 2, 2), 0);
    assertThat(tokens(steps))
        .containsExactly(List.of(0, 3), List.of(1, 4), List.of(2, 5), List.of(6), List.of(7));
  }

  @Test
  void followsASequenceThroughATraceOfInterleavedTokens() {
    TraceBatch window = window(Phase.DECODE, new int[0], 5, 9, 5, 9, 9);
    List<Step> steps = new Batching(2, 1).steps(window, Cluster.of(1, 2, 2), 7);
    assertThat(tokens(steps)).containsExactly(List.of(0, 1), List.of(2, 3), List.of(4));
    assertThat(steps).extracting(Step::number).containsExactly(7L, 8L, 9L);
  }

  @Test
  void packsPrefillInTheOrderOfTheTrace() {
    TraceBatch window = window(Phase.PREFILL, new int[0], 0, 0, 0, 1, 1);
    List<Step> steps = new Batching(1, 2).steps(window, Cluster.of(1, 2, 2), 0);
    assertThat(tokens(steps)).containsExactly(List.of(0, 1), List.of(2, 3), List.of(4));
    assertThat(steps).allMatch(step -> step.phase() == Phase.PREFILL);
  }

  @Test
  void takesARecordedSourceRankForHomeAndElseTheSequencesTurn() {
    TraceBatch window = window(Phase.PREFILL, new int[] {2, -1, 1, 9, -1}, 0, 1, 2, 3, 4);
    Cluster cluster = Cluster.of(1, 4, 4).withRanksDown(1);
    Step step = new Batching(1, 8).steps(window, cluster, 0).getFirst();
    // Rank 1 is down and rank 9 is none: ranks 0, 2 and 3 take turns for those.
    assertThat(IntStream.range(0, 5).map(step::home)).containsExactly(2, 2, 3, 0, 2);
    assertThat(IntStream.range(0, 5).map(step::position)).containsExactly(0, 1, 0, 0, 2);
  }

  @Test
  void refusesAStepOfNoTokens() {
    assertThatThrownBy(() -> new Batching(0, 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("0 sequences of a decode step");
  }
}

package io.stagger.engine.simulator;

import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.routing.CoSelection;
import io.stagger.engine.trace.Phase;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What strategies made of a trace.
 *
 * @param model whose trace it is
 * @param spec what was compared, and how
 * @param tokens tokens of the whole trace
 * @param steps steps that were replayed, of each phase that the scored windows have tokens of
 * @param load choices of each expert over the scored windows
 * @param coSelection how often two experts of a layer were chosen by one token of the scored
 *     windows, added up over the layers; absent for models of more than 1,024 experts
 * @param scores in the order of the specification, but for strategies that refused
 * @param refusals strategies that gave no plan for some window
 */
public record Comparison(
    ModelShape model,
    SimulationSpec spec,
    long tokens,
    Map<Phase, Steps> steps,
    Load load,
    Optional<CoSelection> coSelection,
    List<StrategyScore> scores,
    List<Refusal> refusals) {

  /** Keeps its own lists and map. */
  public Comparison {
    steps = Map.copyOf(steps);
    scores = List.copyOf(scores);
    refusals = List.copyOf(refusals);
  }

  /** Steps of a phase; empty if the scored windows have no token of it. */
  public Optional<Steps> steps(Phase phase) {
    return Optional.ofNullable(steps.get(phase));
  }

  /** What is to be made of it, for each phase that has steps, in the order of the phases. */
  public List<Verdict> verdicts() {
    return Arrays.stream(Phase.values())
        .flatMap(phase -> Verdict.of(this, phase).stream())
        .toList();
  }

  /** What the others are compared with. */
  public StrategyScore base() {
    return scores.getFirst();
  }

  /** What is compared with it. */
  public List<StrategyScore> others() {
    return scores.subList(1, scores.size());
  }

  /**
   * Steps of a phase.
   *
   * @param count how many
   * @param tokens their tokens in all
   */
  public record Steps(long count, long tokens) {}

  /**
   * A strategy that gave no plan.
   *
   * @param reason its error, or the engine's
   */
  public record Refusal(String strategy, String reason) {}
}

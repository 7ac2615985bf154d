package io.stagger.engine.simulator;

import io.stagger.engine.trace.Phase;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a comparison says of a phase, by one figure: the step time of the cost model, or without one
 * the balancedness. A strategy counts as better than {@code linear} only where the whole interval
 * of its change lies on the better side.
 *
 * @param phase the phase
 * @param figure what was compared by
 * @param outcome what was found
 * @param strategy the best strategy, the first of equals; {@code linear} unless another is better
 * @param measured its figure
 * @param rivals others that are better than {@code linear} too and whose interval overlaps that of
 *     the best, so that the two are not told apart; in the comparison's order
 */
public record Verdict(
    Phase phase,
    Figure figure,
    Outcome outcome,
    String strategy,
    Measured measured,
    List<String> rivals) {

  /** What was found. */
  public enum Outcome {
    /** A strategy is better than {@code linear}. */
    BETTER,
    /** None is, and some are worse. */
    LINEAR_BEST,
    /** None is better or worse. */
    NO_DIFFERENCE,
    /** There are too few steps to tell. */
    TOO_FEW_STEPS,
    /** Nothing was compared with {@code linear}. */
    ALONE
  }

  /** Keeps its own list. */
  public Verdict {
    rivals = List.copyOf(rivals);
  }

  /** The verdict on a phase; empty if the scored windows have no token of it. */
  public static Optional<Verdict> of(Comparison comparison, Phase phase) {
    if (comparison.steps(phase).isEmpty()) {
      return Optional.empty();
    }
    Figure figure = comparison.spec().costs().isPresent() ? Figure.STEP_TIME : Figure.BALANCEDNESS;
    List<Contender> others =
        comparison.others().stream()
            .map(score -> new Contender(score.strategy(), figure, score.measured(phase, figure)))
            .toList();
    Contender best = best(others);
    if (best == null) {
      return Optional.of(
          new Verdict(
              phase,
              figure,
              withoutWinner(others),
              comparison.base().strategy(),
              comparison.base().measured(phase, figure),
              List.of()));
    }
    List<String> rivals =
        others.stream()
            .filter(other -> !other.equals(best) && other.isBetter() && other.overlaps(best))
            .map(Contender::strategy)
            .toList();
    return Optional.of(
        new Verdict(phase, figure, Outcome.BETTER, best.strategy, best.measured, rivals));
  }

  private static @Nullable Contender best(List<Contender> others) {
    Contender best = null;
    for (Contender other : others) {
      if (other.isBetter() && (best == null || other.gain() > best.gain())) {
        best = other;
      }
    }
    return best;
  }

  private static Outcome withoutWinner(List<Contender> others) {
    if (others.isEmpty()) {
      return Outcome.ALONE;
    }
    if (others.stream().anyMatch(other -> other.interval().isEmpty())) {
      return Outcome.TOO_FEW_STEPS;
    }
    return others.stream().anyMatch(Contender::isWorse)
        ? Outcome.LINEAR_BEST
        : Outcome.NO_DIFFERENCE;
  }

  /** A strategy beside linear. */
  private record Contender(String strategy, Figure figure, Measured measured) {

    private boolean lessIsBetter() {
      return figure == Figure.STEP_TIME;
    }

    double gain() {
      double change = measured.change().map(Measured.Change::estimate).orElse(0.0);
      return lessIsBetter() ? -change : change;
    }

    Optional<Measured.Interval> interval() {
      return measured.change().flatMap(Measured.Change::interval);
    }

    boolean isBetter() {
      return interval().filter(i -> lessIsBetter() ? i.high() < 0 : i.low() > 0).isPresent();
    }

    boolean isWorse() {
      return interval().filter(i -> lessIsBetter() ? i.low() > 0 : i.high() < 0).isPresent();
    }

    boolean overlaps(Contender other) {
      Measured.Interval mine = interval().orElseThrow();
      Measured.Interval others = other.interval().orElseThrow();
      return mine.low() <= others.high() && others.low() <= mine.high();
    }
  }
}

package io.stagger.cli.report;

import io.stagger.cli.output.Figures;
import io.stagger.engine.simulator.Comparison;
import io.stagger.engine.simulator.Figure;
import io.stagger.engine.simulator.Measured;
import io.stagger.engine.simulator.StrategyScore;
import io.stagger.engine.simulator.Verdict;
import io.stagger.engine.trace.Phase;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A comparison in words, for its table and its page. */
public final class CompareWords {

  private static final double MICROS = 1e6;
  private static final double PERCENT = 100;

  private static final Set<Figure> BETWEEN_NODES =
      Set.of(Figure.FAN_OUT_NODES, Figure.SENT_BETWEEN, Figure.BYTES_BETWEEN);

  private CompareWords() {}

  /** What a row of the table is about. */
  public static String of(Figure figure) {
    return switch (figure) {
      case IMBALANCE -> "imbalance of a layer's step";
      case BALANCEDNESS -> "balancedness";
      case BUSIEST_RANK -> "choices on the busiest rank";
      case BUSIEST_RANK_BOUND -> "  the least it could be with these replicas";
      case ACTIVATED -> "activated experts, most of a rank";
      case FAN_OUT_RANKS -> "fan-out, ranks";
      case FAN_OUT_NODES -> "fan-out, nodes";
      case SENT_WITHIN -> "copies of a token within nodes";
      case SENT_BETWEEN -> "copies of a token between nodes";
      case HOTTEST_LINK -> "tokens on the hottest link";
      case BYTES_WITHIN -> "sent within nodes, a step";
      case BYTES_BETWEEN -> "sent between nodes, a step";
      case WEIGHT_TIME -> "  reading weights, us";
      case FLOP_TIME -> "  computing, us";
      case EXPERT_TIME -> "experts (the slower of both), us";
      case DISPATCH_TIME -> "dispatch, us";
      case COMBINE_TIME -> "combine, us";
      case STEP_TIME -> "MoE layers of a step, us";
      case THROUGHPUT -> "tokens a second through them";
    };
  }

  /** A value as people read it. */
  public static String value(Figure figure, double value) {
    return switch (figure) {
      case IMBALANCE, BALANCEDNESS -> Figures.ratio(value);
      case BYTES_WITHIN, BYTES_BETWEEN -> Figures.bytes(Math.round(value));
      case THROUGHPUT -> Figures.count(Math.round(value));
      default ->
          String.format(
              Locale.ROOT, "%.3f", figure.unit().equals("seconds") ? value * MICROS : value);
    };
  }

  /** The figures of a phase that say something: on one node, those between nodes do not. */
  public static List<Figure> figures(Comparison comparison, Phase phase) {
    boolean oneNode = comparison.spec().cluster().nodes() == 1;
    return comparison.base().figures(phase).keySet().stream()
        .filter(figure -> !(oneNode && BETWEEN_NODES.contains(figure)))
        .toList();
  }

  /** A change in percent, with its interval if there is one. */
  public static String change(Measured.Change change) {
    return percent(change.estimate())
        + " %"
        + change
            .interval()
            .map(i -> " (" + percent(i.low()) + " to " + percent(i.high()) + ")")
            .orElse("");
  }

  /** A strategy's name, and what it did instead if it did not do what it was asked. */
  public static String name(StrategyScore score) {
    String effective = score.windows().getLast().plan().decision().effective();
    return effective.equals(score.strategy())
        ? score.strategy()
        : score.strategy() + " (" + effective + ")";
  }

  /** A phase as a word. */
  public static String name(Phase phase) {
    return phase.name().toLowerCase(Locale.ROOT);
  }

  /** Bytes that were moved between plans; empty if nothing is known of their size. */
  public static Optional<String> bytesMoved(Comparison comparison, StrategyScore score) {
    return comparison
        .spec()
        .costs()
        .map(model -> Math.round(score.migratedSlots() * model.sizes().expertBytes()))
        .map(Figures::bytes);
  }

  /** What is to be made of a comparison, in one sentence. */
  public static String decision(Comparison comparison) {
    String sentence =
        comparison.verdicts().stream().map(CompareWords::clause).collect(Collectors.joining("; "));
    return sentence.isEmpty() ? "" : "In" + sentence.substring(2) + ".";
  }

  private static String clause(Verdict verdict) {
    boolean timed = verdict.figure() == Figure.STEP_TIME;
    return "in "
        + name(verdict.phase())
        + ", "
        + switch (verdict.outcome()) {
          case BETTER ->
              (timed
                      ? "%s is the fastest by the cost model: the MoE layers take %s%s"
                      : "%s is the most even: its balancedness is %s%s")
                  .formatted(
                      verdict.strategy(),
                      verdict.measured().change().map(CompareWords::against).orElse(""),
                      rivals(verdict.rivals()));
          case LINEAR_BEST ->
              "no strategy is %s than linear, and some are %s"
                  .formatted(timed ? "faster" : "more even", timed ? "slower" : "less even");
          case NO_DIFFERENCE ->
              "no difference from linear in %s is significant"
                  .formatted(timed ? "the time of a step" : "balancedness");
          case TOO_FEW_STEPS -> "there are too few steps to tell the strategies apart";
          case ALONE -> "nothing was compared with linear";
        };
  }

  private static String against(Measured.Change change) {
    boolean less = change.estimate() < 0;
    String interval =
        change
            .interval()
            .map(i ->
                less
                    ? size(i.high()) + " to " + size(i.low())
                    : size(i.low()) + " to " + size(i.high()))
            .orElse("unknown");
    return "%s %% %s than under linear (95 %% interval %s %%)"
        .formatted(size(change.estimate()), less ? "less" : "more", interval);
  }

  /** A change without its sign, which a word says. */
  private static String size(double change) {
    return String.format(Locale.ROOT, "%.1f", Math.abs(change) * PERCENT);
  }

  private static String rivals(List<String> rivals) {
    return rivals.isEmpty() ? "" : ", not told apart from " + String.join(", ", rivals);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%+.1f", share * PERCENT);
  }
}

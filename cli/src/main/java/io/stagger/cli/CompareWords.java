package io.stagger.cli;

import io.stagger.cli.output.Figures;
import io.stagger.engine.simulator.Figure;
import java.util.Locale;

/** Figures of a comparison in words, for its table. */
final class CompareWords {

  private static final double MICROS = 1e6;

  private CompareWords() {}

  /** What a row of the table is about. */
  static String of(Figure figure) {
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
  static String value(Figure figure, double value) {
    return switch (figure) {
      case IMBALANCE, BALANCEDNESS -> Figures.ratio(value);
      case BYTES_WITHIN, BYTES_BETWEEN -> Figures.bytes(Math.round(value));
      case THROUGHPUT -> Figures.count(Math.round(value));
      default ->
          String.format(
              Locale.ROOT, "%.3f", figure.unit().equals("seconds") ? value * MICROS : value);
    };
  }
}

package io.stagger.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stagger.cli.output.Figures;
import io.stagger.cli.output.Report;
import io.stagger.cli.output.TextTable;
import io.stagger.cli.report.CompareWords;
import io.stagger.engine.simulator.Comparison;
import io.stagger.engine.simulator.Figure;
import io.stagger.engine.simulator.Measured;
import io.stagger.engine.simulator.SimulationSpec;
import io.stagger.engine.simulator.StrategyScore;
import io.stagger.engine.simulator.Traffic;
import io.stagger.engine.trace.Phase;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * What strategies made of a trace.
 *
 * @param comparison their figures
 */
record CompareReport(Comparison comparison) implements Report {

  /** How many strategies stand beside linear in a table, so that it fits a terminal. */
  private static final int SIDE_BY_SIDE = 2;

  @Override
  public void print(PrintWriter out) {
    SimulationSpec spec = comparison.spec();
    out.println("model     " + Shapes.describe(comparison.model()));
    out.println("cluster   " + Shapes.describe(spec.cluster()));
    out.printf(
        "trace     %s tokens, %d windows: planned with one, scored on the next%n",
        Figures.count(comparison.tokens()), spec.windows());
    out.printf("replicas  %s%n", spec.replicas().label());
    out.println(
        spec.costs()
            .map(model -> "hardware  " + model.hardware().name())
            .orElse("hardware  not given, so there are no times; see --hardware"));
    windows(out);
    for (Phase phase : Phase.values()) {
      comparison.steps(phase).ifPresent(steps -> phase(out, phase, steps));
    }
    comparison
        .refusals()
        .forEach(refusal ->
            out.printf("%nNot compared: %s. %s%n", refusal.strategy(), refusal.reason()));
  }

  private void windows(PrintWriter out) {
    TextTable table =
        new TextTable()
            .column("whole windows")
            .numbers("imbalance")
            .numbers("bound")
            .numbers("gap")
            .numbers("slots moved")
            .numbers("from other ranks")
            .numbers("bytes moved")
            .column("hottest link");
    for (StrategyScore score : comparison.scores()) {
      Traffic.Hottest link = score.traffic().hottest();
      table.row(
          CompareWords.name(score),
          Figures.ratio(score.windowImbalance()),
          Figures.ratio(score.windowImbalance() - score.gap()),
          Figures.ratio(score.gap()),
          Figures.count(score.migratedSlots()),
          Figures.count(score.migratedBetweenRanks()),
          CompareWords.bytesMoved(comparison, score).orElse(""),
          "%d to %d, %s tokens".formatted(link.from(), link.to(), Figures.count(link.copies())));
    }
    out.println();
    table.print(out);
  }

  private void phase(PrintWriter out, Phase phase, Comparison.Steps steps) {
    out.printf(
        "%n%s: %s steps of %.1f tokens; changes against linear with 95 %% intervals%n%n",
        CompareWords.name(phase),
        Figures.count(steps.count()),
        (double) steps.tokens() / steps.count());
    List<StrategyScore> others = comparison.others();
    figures(out, phase, others.subList(0, Math.min(SIDE_BY_SIDE, others.size())));
    for (int from = SIDE_BY_SIDE; from < others.size(); from += SIDE_BY_SIDE) {
      out.println();
      figures(out, phase, others.subList(from, Math.min(from + SIDE_BY_SIDE, others.size())));
    }
  }

  private void figures(PrintWriter out, Phase phase, List<StrategyScore> others) {
    TextTable table = new TextTable().column("").numbers(CompareWords.name(comparison.base()));
    for (StrategyScore score : others) {
      table.numbers(CompareWords.name(score)).column("change");
    }
    for (Figure figure : CompareWords.figures(comparison, phase)) {
      table.row(row(phase, figure, others));
    }
    table.print(out);
  }

  private Object[] row(Phase phase, Figure figure, List<StrategyScore> others) {
    List<Object> cells = new ArrayList<>();
    cells.add(CompareWords.of(figure));
    cells.add(CompareWords.value(figure, comparison.base().measured(phase, figure).value()));
    for (StrategyScore score : others) {
      Measured measured = score.measured(phase, figure);
      cells.add(CompareWords.value(figure, measured.value()));
      cells.add(measured.change().map(CompareWords::change).orElse(""));
    }
    return cells.toArray();
  }

  @Override
  public ObjectNode json() {
    return CompareJson.of(comparison);
  }
}

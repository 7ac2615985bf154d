package io.stagger.cli.report;

import io.stagger.api.ModelShape;
import io.stagger.api.routing.CoSelection;
import io.stagger.cli.output.Figures;
import io.stagger.engine.simulator.Comparison;
import io.stagger.engine.simulator.Figure;
import io.stagger.engine.simulator.Measured;
import io.stagger.engine.simulator.SimulationSpec;
import io.stagger.engine.simulator.StrategyScore;
import io.stagger.engine.simulator.Traffic;
import io.stagger.engine.trace.Phase;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A comparison as one page that needs nothing beside it: no network, no script. It is well-formed
 * XML as well, so that programs can read it.
 */
final class ComparePage {

  private final Comparison comparison;
  private final ComparePlots plots;

  ComparePage(Comparison comparison, ComparePlots plots) {
    this.comparison = comparison;
    this.plots = plots;
  }

  String html() {
    SimulationSpec spec = comparison.spec();
    Map<String, String> values = new HashMap<>();
    values.put("decision", HtmlTemplate.escape(CompareWords.decision(comparison)));
    values.put("strategies", HtmlTemplate.escape(names()));
    values.put("tokens", Figures.count(comparison.tokens()));
    values.put("windows", "" + spec.windows());
    values.put("setting", setting());
    values.put("phases", phases());
    values.put("wholeWindows", wholeWindows());
    values.put("refusals", refusals());
    values.put("stepTimes", stepTimes());
    values.put("windowPlot", PlotFigures.html(List.of(plots.windows())));
    values.put("rankLoads", PlotFigures.html(plots.rankLoads()));
    values.put("traffic", PlotFigures.html(plots.traffic()));
    values.put("expertLoad", PlotFigures.html(List.of(plots.expertLoad())));
    values.put("together", together());
    return HtmlTemplate.resource("compare.html").fill(values);
  }

  private String names() {
    return comparison.scores().stream().map(CompareWords::name).collect(Collectors.joining(", "));
  }

  private String setting() {
    SimulationSpec spec = comparison.spec();
    var model = comparison.model();
    var cluster = spec.cluster();
    return term(
            "model",
            "%d layers, %d experts, top-%d"
                .formatted(model.layers(), model.experts(), model.topK()))
        + term(
            "cluster",
            "%d %s, %d ranks, %d slots"
                .formatted(
                    cluster.nodes(),
                    cluster.nodes() == 1 ? "node" : "nodes",
                    cluster.ranks(),
                    cluster.layout().slots()))
        + term("replicas", spec.replicas().label())
        + term(
            "hardware",
            spec.costs()
                .map(costs -> costs.hardware().name())
                .orElse("not given, so there are no times"));
  }

  private static String term(String name, String text) {
    return "<div><dt>%s</dt><dd>%s</dd></div>\n".formatted(name, HtmlTemplate.escape(text));
  }

  private String phases() {
    StringBuilder html = new StringBuilder();
    for (Phase phase : Phase.values()) {
      comparison.steps(phase).ifPresent(steps -> html.append(phase(phase, steps)));
    }
    return html.toString();
  }

  private String phase(Phase phase, Comparison.Steps steps) {
    String caption =
        String.format(
            Locale.ROOT,
            "%s: %,d steps of %.1f tokens. Changes are against linear, with 95 %% intervals.",
            CompareWords.name(phase),
            steps.count(),
            (double) steps.tokens() / steps.count());
    StringBuilder rows = new StringBuilder();
    for (Figure figure : CompareWords.figures(comparison, phase)) {
      rows.append("<tr><th scope=\"row\">")
          .append(HtmlTemplate.escape(CompareWords.of(figure).strip()))
          .append("</th>");
      comparison
          .scores()
          .forEach(score -> rows.append(cell(figure, score.measured(phase, figure))));
      rows.append("</tr>\n");
    }
    String heads =
        comparison.scores().stream()
            .map(score -> head(CompareWords.name(score)))
            .collect(Collectors.joining());
    return table(CompareWords.name(phase), caption, head("figure") + heads, rows.toString());
  }

  private static String cell(Figure figure, Measured measured) {
    String change =
        measured
            .change()
            .map(CompareWords::change)
            .map(text -> " <span class=\"change\">" + text + "</span>")
            .orElse("");
    return "<td>"
        + data(measured.value(), CompareWords.value(figure, measured.value()))
        + change
        + "</td>";
  }

  private String wholeWindows() {
    StringBuilder rows = new StringBuilder();
    for (StrategyScore score : comparison.scores()) {
      Traffic.Hottest link = score.traffic().hottest();
      rows.append("<tr><th scope=\"row\">")
          .append(HtmlTemplate.escape(CompareWords.name(score)))
          .append("</th>")
          .append(ratio(score.windowImbalance()))
          .append(ratio(score.windowImbalance() - score.gap()))
          .append(ratio(score.gap()))
          .append(count(score.migratedSlots()))
          .append(count(score.migratedBetweenRanks()))
          .append("<td>" + CompareWords.bytesMoved(comparison, score).orElse("-") + "</td>")
          .append("<td>%d to %d, ".formatted(link.from(), link.to()))
          .append(data(link.copies(), Figures.count(link.copies()) + " tokens"))
          .append("</td></tr>\n");
    }
    String heads =
        List.of(
                "strategy",
                "imbalance",
                "bound",
                "gap",
                "slots moved",
                "from other ranks",
                "bytes moved",
                "hottest link")
            .stream()
            .map(ComparePage::head)
            .collect(Collectors.joining());
    return table(
        "windows",
        "Whole windows: how uneven all that ranks served was, and what was moved between plans.",
        heads,
        rows.toString());
  }

  private static String ratio(double value) {
    return "<td>" + data(value, Figures.ratio(value)) + "</td>";
  }

  private static String count(long value) {
    return "<td>" + data(value, Figures.count(value)) + "</td>";
  }

  /** A number as people read it, with all of its digits for programs. */
  private static String data(Number value, String text) {
    return "<data value=\"%s\">%s</data>".formatted(value, text);
  }

  private static String head(String text) {
    return "<th scope=\"col\">" + HtmlTemplate.escape(text) + "</th>";
  }

  /** A table that scrolls by itself where it is too wide, with the keyboard too. */
  private static String table(String id, String caption, String heads, String rows) {
    return """
    <div class="scroll" role="region" tabindex="0" aria-labelledby="caption-%s">
    <table id="table-%s">
    <caption><span id="caption-%s">%s</span></caption>
    <thead><tr>%s</tr></thead>
    <tbody>
    %s</tbody>
    </table>
    </div>
    """
        .formatted(id, id, id, HtmlTemplate.escape(caption), heads, rows);
  }

  private String refusals() {
    return comparison.refusals().stream()
        .map(refusal ->
            "<p>Not compared: <strong>%s</strong>. %s</p>\n"
                .formatted(
                    HtmlTemplate.escape(refusal.strategy()), HtmlTemplate.escape(refusal.reason())))
        .collect(Collectors.joining());
  }

  private String stepTimes() {
    List<Plot> bars = plots.stepTimes();
    return bars.isEmpty()
        ? "<p>No hardware was given, so there are no times; see <code>--hardware</code>.</p>"
        : "<p>What the MoE layers of a step take, by the cost model: the experts on the slowest"
            + " rank of each, sending tokens to them, and back. Attention and all else that"
            + " placements have no part in is left out.</p>\n"
            + PlotFigures.html(bars);
  }

  private String together() {
    if (comparison.coSelection().isEmpty()) {
      return "<p>The model has too many experts to count every pair.</p>";
    }
    ModelShape model = comparison.model();
    return "<p>"
        + groups(model, comparison.coSelection().get())
        + "</p>\n"
        + PlotFigures.html(plots.coSelection());
  }

  private static String groups(ModelShape model, CoSelection together) {
    return model.groups() == 1
        ? "The model has no expert groups."
        : "The lines are the borders of the router's %d groups, of which a token may choose from %d. Of all pairs, %s lie within one group; by chance it would be %s."
            .formatted(
                model.groups(),
                model.topGroups(),
                Figures.percent(together.shareWithinGroups(model.expertsPerGroup())),
                Figures.percent((model.expertsPerGroup() - 1.0) / (model.experts() - 1)));
  }
}

package io.stagger.cli.report;

import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.cli.output.Figures;
import io.stagger.engine.quickstart.QuickstartResult;
import io.stagger.engine.quickstart.StrategyRun;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The quick start as one page that needs nothing beside it. */
final class QuickstartPage {

  private final QuickstartResult result;
  private final ModelShape shape;

  QuickstartPage(QuickstartResult result) {
    this.result = result;
    this.shape = result.model().shape();
  }

  /** The page, with every chart in it. */
  String html(QuickstartPlots plots) {
    Map<String, String> values = new HashMap<>();
    values.put("ranks", "" + result.baseline().cluster().ranks());
    values.put("placements", "" + result.runs().size());
    values.put("layers", "" + shape.layers());
    values.put("groups", "" + shape.groups());
    values.put("topgroups", "" + shape.topGroups());
    values.put("topk", "" + shape.topK());
    values.put("verdict", verdict());
    values.put("ideas", ideas());
    values.put("rows", result.runs().stream().map(this::row).collect(Collectors.joining("\n")));
    values.put("even", Figures.percent(1.0 / result.baseline().cluster().ranks()));
    values.put("tokens", Figures.count(result.routing().tokens(0)));
    values.put("proofs", proofs());
    values.put("worst", worst());
    values.put("favourite", favourite());
    values.put("together", together());
    values.put("sharing", sharing());
    values.put(
        "texts",
        result.texts().stream().map(HtmlTemplate::escape).collect(Collectors.joining(", ")));
    values.put("backend", HtmlTemplate.escape(result.baseline().backend()));
    values.put("seconds", String.format(Locale.ROOT, "%.1f", result.took().toMillis() / 1e3));
    values.put("rankLoads", PlotFigures.html(plots.rankLoads()));
    values.put("expertLoad", PlotFigures.html(List.of(plots.expertLoad())));
    values.put("coSelection", PlotFigures.html(plots.coSelection()));
    return HtmlTemplate.resource("quickstart.html").fill(values);
  }

  /** The decision, in a sentence that names no number that was not measured here. */
  private String verdict() {
    String others =
        result.runs().stream()
            .filter(run -> !run.equals(result.baseline()))
            .map(run -> "<strong>%s</strong> leaves %s".formatted(title(run), surplus(run)))
            .collect(Collectors.joining(", "));
    return ("Placed by <strong>%s</strong>, a layer's busiest rank has %s more to do than the mean;"
            + " %s. The output is the same in all %d runs, bit for bit. So the choice is one of"
            + " balance: <strong>%s</strong>, or <strong>%s</strong> where no load was measured.")
        .formatted(
            title(result.baseline()),
            surplus(result.baseline()),
            others,
            result.runs().size(),
            title(result.best()),
            title(result.bestUnmeasured()));
  }

  private static String surplus(StrategyRun run) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * run.balance().imbalance());
  }

  private static String title(StrategyRun run) {
    return HtmlTemplate.escape(run.contender().title());
  }

  private String ideas() {
    return result.runs().stream()
        .map(run ->
            "<dt>%s</dt><dd>%s: %d slots on %d ranks</dd>"
                .formatted(
                    title(run),
                    HtmlTemplate.escape(run.contender().idea()),
                    run.cluster().layout().slots(),
                    run.cluster().ranks()))
        .collect(Collectors.joining("\n"));
  }

  private String row(StrategyRun run) {
    String best = run.equals(result.best()) ? " class=\"best\"" : "";
    return ("<tr><td%s>%s</td><td%s>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td>"
            + "<td><code>%s</code></td></tr>")
        .formatted(
            best,
            title(run),
            best,
            Figures.ratio(run.balance().imbalance()),
            Figures.percent(run.balance().balancedness()),
            Figures.percent(run.balance().busiestShare()),
            times(run.routing().fanOut()),
            QuickstartReport.bits(run.score()),
            QuickstartReport.shortDigest(run.score()));
  }

  private static String times(double factor) {
    return String.format(Locale.ROOT, "%.2f", factor);
  }

  private String proofs() {
    return result.runs().stream()
        .map(run -> run.provedSlots() + " slots under " + title(run))
        .collect(Collectors.joining(", "));
  }

  private String worst() {
    StrategyRun run = result.baseline();
    int ranks = run.cluster().ranks();
    int worstLayer = 0;
    int worstRank = 0;
    for (int i = 0; i < shape.layers() * ranks; i++) {
      if (run.relativeWork(i / ranks, i % ranks) > run.relativeWork(worstLayer, worstRank)) {
        worstLayer = i / ranks;
        worstRank = i % ranks;
      }
    }
    return "Under %s, rank %d has %s times the mean in layer %d."
        .formatted(
            title(run), worstRank, times(run.relativeWork(worstLayer, worstRank)), worstLayer);
  }

  private String favourite() {
    Load load = result.routing().load();
    int layer = 0;
    int expert = 0;
    for (int i = 0; i < shape.layers() * shape.experts(); i++) {
      if (share(load, i / shape.experts(), i % shape.experts()) > share(load, layer, expert)) {
        layer = i / shape.experts();
        expert = i % shape.experts();
      }
    }
    double share = share(load, layer, expert);
    double even = 1.0 / result.baseline().cluster().ranks();
    String copies =
        share > even
            ? "That is more than a rank's even share of %s: only copies of it can make the ranks"
                + " even."
            : "That is less than a rank's even share of %s, so no expert needs copies to make the"
                + " ranks even.";
    return "Expert %d of layer %d takes %s of its layer's work, the most of all. "
            .formatted(expert, layer, Figures.percent(share))
        + copies.formatted(Figures.percent(even));
  }

  private static double share(Load load, int layer, int expert) {
    double total = load.total(layer);
    return total == 0 ? 0 : load.get(layer, expert) / total;
  }

  private String together() {
    return result
        .routing()
        .coSelection()
        .map(pairs ->
            ("Of the pairs that a token chose, %s lie within one group; by chance it would"
                    + " be %s: the squares along the diagonal are brighter.")
                .formatted(
                    Figures.percent(pairs.shareWithinGroups(shape.expertsPerGroup())),
                    Figures.percent((shape.expertsPerGroup() - 1.0) / (shape.experts() - 1))))
        .orElse("");
  }

  private String sharing() {
    int ranks = result.baseline().cluster().ranks();
    if (shape.groups() != ranks) {
      return "";
    }
    return ("With %d groups on %d ranks, linear puts each group on a rank of its own, and a token's"
            + " work on at most %d ranks; zigzag gives each rank an expert of every group.")
        .formatted(shape.groups(), ranks, shape.topGroups());
  }
}

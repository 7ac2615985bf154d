package io.stagger.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stagger.cli.output.Figures;
import io.stagger.cli.output.Report;
import io.stagger.cli.output.TextTable;
import io.stagger.engine.trace.Phase;
import io.stagger.engine.trace.TraceHeader;
import io.stagger.engine.trace.statistics.LayerFigures;
import io.stagger.engine.trace.statistics.TraceStatistics;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What a trace holds.
 *
 * @param file where it is
 * @param header what it says of itself
 * @param bytes its size
 * @param statistics what was counted
 */
record TraceInfoReport(Path file, TraceHeader header, long bytes, TraceStatistics statistics)
    implements Report {

  private static final String LINE = "%-10s%s%n";

  @Override
  public void print(PrintWriter out) {
    out.printf(LINE, "trace", file + ", " + Figures.bytes(bytes));
    out.printf(LINE, "model", Shapes.describe(header.model()));
    out.printf(LINE, "tokens", tokens());
    statistics.sequences().ifPresent(count -> out.printf(LINE, "sequences", Figures.count(count)));
    out.printf(LINE, "weights", header.weights() ? "recorded" : "not recorded");
    if (!header.datasets().isEmpty()) {
      out.printf(LINE, "datasets", String.join(", ", header.datasets()));
    }
    statistics
        .coSelection()
        .filter(_ -> header.model().hasGroups())
        .map(pairs -> pairs.shareWithinGroups(header.model().expertsPerGroup()))
        .ifPresent(share ->
            out.printf(LINE, "pairs", Figures.percent(share) + " within one expert group"));
    out.println();
    layers().print(out);
    out.println();
    windows().print(out);
  }

  private String tokens() {
    return "%s: %s prefill, %s decode"
        .formatted(
            Figures.count(statistics.tokens()),
            Figures.count(statistics.tokens(Phase.PREFILL)),
            Figures.count(statistics.tokens(Phase.DECODE)));
  }

  private TextTable layers() {
    TextTable table =
        new TextTable()
            .numbers("layer")
            .numbers("in the model")
            .numbers("heaviest expert")
            .numbers("x mean")
            .numbers("idle experts")
            .numbers("active in %d decoded".formatted(statistics.decodeBatch()));
    for (int layer = 0; layer < header.model().layers(); layer++) {
      LayerFigures figures = LayerFigures.of(statistics.load(), layer);
      table.row(
          layer,
          header.model().moeLayers().get(layer),
          figures.heaviest(),
          Figures.ratio(figures.ratio()),
          figures.idle(),
          statistics
              .activatedExperts(layer)
              .map(mean -> String.format(Locale.ROOT, "%.1f", mean))
              .orElse("-"));
    }
    return table;
  }

  private TextTable windows() {
    TextTable table = new TextTable().numbers("window").numbers("tokens").numbers("drift");
    for (int window = 0; window < statistics.windows().size(); window++) {
      table.row(
          window,
          Figures.count(windowTokens(window)),
          window == 0 ? "-" : Figures.ratio(statistics.drift(window)));
    }
    return table;
  }

  private long windowTokens(int window) {
    return Math.round(statistics.windows().get(window).total(0) / header.model().topK());
  }

  @Override
  public ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("trace", file.toString()).put("bytes", bytes);
    json.set("model", Shapes.json(header.model()));
    json.put("tokens", statistics.tokens());
    json.put("prefillTokens", statistics.tokens(Phase.PREFILL));
    json.put("decodeTokens", statistics.tokens(Phase.DECODE));
    statistics.sequences().ifPresent(count -> json.put("sequences", count));
    json.put("weights", header.weights());
    header.datasets().forEach(json.putArray("datasets")::add);
    json.put("decodeBatch", statistics.decodeBatch());
    ArrayNode layers = json.putArray("layers");
    for (int layer = 0; layer < header.model().layers(); layer++) {
      LayerFigures figures = LayerFigures.of(statistics.load(), layer);
      ObjectNode row = layers.addObject();
      row.put("modelLayer", header.model().moeLayers().get(layer))
          .put("heaviestExpert", figures.heaviest())
          .put("heaviestToMean", figures.ratio())
          .put("idleExperts", figures.idle());
      statistics.activatedExperts(layer).ifPresent(mean -> row.put("activatedExperts", mean));
    }
    ArrayNode windows = json.putArray("windows");
    for (int window = 0; window < statistics.windows().size(); window++) {
      ObjectNode row = windows.addObject().put("tokens", windowTokens(window));
      if (window > 0) {
        row.put("drift", statistics.drift(window));
      }
    }
    return json;
  }
}

package io.stagger.cli.report;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stagger.api.Balance;
import io.stagger.api.strategy.Decision;
import io.stagger.cli.output.Figures;
import io.stagger.cli.output.Report;
import io.stagger.cli.output.TextTable;
import io.stagger.engine.Plan;
import io.stagger.engine.text.TextRun;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * What a model made of a text, and which rank did how much for it.
 *
 * @param plan the placement
 * @param run what was measured
 * @param backend the backend's name
 * @param runtime the runtime, for people
 */
public record RunReport(Plan plan, TextRun run, String backend, String runtime) implements Report {

  private static final String LINE = "%-15s%s%n";

  @Override
  public void print(PrintWriter out) {
    Decision decision = plan.decision();
    if (!run.generation().tokens().isEmpty()) {
      out.println(run.generation().text());
      out.println();
    }
    rankTable().print(out);
    out.println();
    out.printf(LINE, "bits per byte", QuickstartReport.bits(run.score()));
    out.printf(LINE, "digest", run.digest());
    out.printf(LINE, "imbalance", Figures.ratio(balance().imbalance()));
    out.printf(LINE, "fan-out", Figures.ratio(run.routing().fanOut()));
    out.printf(LINE, "strategy", strategy(decision));
    if (!decision.detail().isEmpty()) {
      out.printf(LINE, "reason", decision.reason() + ": " + decision.detail());
    }
    out.printf(LINE, "placement", plan.placement().fingerprint());
    out.printf(LINE, "runtime", runtime);
  }

  private TextTable rankTable() {
    TextTable table = new TextTable().numbers("rank").numbers("tokens").numbers("share");
    long[] tokens = rankTotals();
    long all = Math.max(1, LongStream.of(tokens).sum());
    for (int rank = 0; rank < tokens.length; rank++) {
      table.row(rank, Figures.count(tokens[rank]), Figures.percent((double) tokens[rank] / all));
    }
    return table;
  }

  private static String strategy(Decision decision) {
    return decision.requested().equals(decision.effective())
        ? decision.effective()
        : decision.effective() + ", asked for " + decision.requested();
  }

  @Override
  public ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    Decision decision = plan.decision();
    json.put("text", run.generation().text());
    run.score()
        .bitsPerByte()
        .ifPresentOrElse(bits -> json.put("bitsPerByte", bits), () -> json.putNull("bitsPerByte"));
    json.put("digest", run.digest());
    Arrays.stream(rankTotals()).forEach(json.putArray("rankTokens")::add);
    json.set("rankTokensByLayer", RankTokens.json(run.routing()));
    json.put("backend", backend);
    json.put("runtime", runtime);
    json.putObject("strategy")
        .put("requested", decision.requested())
        .put("effective", decision.effective());
    json.put("reason", decision.reason());
    json.put("detail", decision.detail());
    json.put("placementFingerprint", plan.placement().fingerprint());
    json.put("imbalance", balance().imbalance());
    json.put("fanOut", run.routing().fanOut());
    json.put("tokens", run.score().tokens());
    json.put("newTokens", run.generation().tokens().size());
    return json;
  }

  private Balance balance() {
    return run.routing().balance(plan.request().cluster());
  }

  /** The ranks' work over all layers. */
  private long[] rankTotals() {
    long[] totals = new long[plan.placement().ranks()];
    for (int layer = 0; layer < plan.placement().layers(); layer++) {
      long[] tokens = run.routing().rankTokens(layer);
      Arrays.setAll(totals, rank -> totals[rank] + tokens[rank]);
    }
    return totals;
  }
}

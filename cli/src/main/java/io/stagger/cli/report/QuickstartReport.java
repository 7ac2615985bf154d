package io.stagger.cli.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stagger.api.Balance;
import io.stagger.api.strategy.Decision;
import io.stagger.cli.output.Figures;
import io.stagger.cli.output.Report;
import io.stagger.cli.output.TextTable;
import io.stagger.engine.quickstart.QuickstartResult;
import io.stagger.engine.quickstart.StrategyRun;
import io.stagger.engine.text.TextScore;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * The quick start as a table.
 *
 * @param result what was measured
 * @param files where page and pictures are
 */
public record QuickstartReport(QuickstartResult result, QuickstartFiles files) implements Report {

  private static final int SHORT_DIGEST = 12;

  @Override
  public void print(PrintWriter out) {
    TextTable table =
        new TextTable()
            .column("placement")
            .numbers("imbalance")
            .numbers("balancedness")
            .numbers("busiest rank")
            .numbers("fan-out")
            .numbers("bits per byte")
            .column("output digest");
    for (StrategyRun run : result.runs()) {
      Balance balance = run.balance();
      table.row(
          title(run),
          Figures.ratio(balance.imbalance()),
          Figures.percent(balance.balancedness()),
          Figures.percent(balance.busiestShare()),
          String.format(Locale.ROOT, "%.2f", run.routing().fanOut()),
          bits(run.score()),
          shortDigest(run.score()));
    }
    table.print(out);
    out.println();
    out.printf(
        Locale.ROOT,
        "Same output in all %d runs, so the choice is one of balance: %s, or %s where no load was"
            + " measured.%n",
        result.runs().size(),
        result.best().contender().title(),
        result.bestUnmeasured().contender().title());
    out.printf(
        Locale.ROOT,
        "%d ranks, %,d tokens a run, %d slots proved by checksum, %.1f s.%n%n",
        result.baseline().cluster().ranks(),
        result.routing().tokens(0),
        result.runs().stream().mapToLong(StrategyRun::provedSlots).sum(),
        result.took().toMillis() / 1e3);
    out.println("page      " + files.page());
    files.pictures().forEach(picture -> out.println("picture   " + picture));
  }

  @Override
  public ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("model", result.model().modelType());
    json.put("ranks", result.baseline().cluster().ranks());
    json.put("tokens", result.routing().tokens(0));
    json.put("digest", result.digest());
    ArrayNode runs = json.putArray("runs");
    result.runs().forEach(run -> runs.add(json(run)));
    json.put("best", result.best().contender().title());
    json.put("page", files.page().toString());
    ArrayNode pictures = json.putArray("pictures");
    files.pictures().forEach(picture -> pictures.add(picture.toString()));
    json.put("seconds", result.took().toMillis() / 1e3);
    return json;
  }

  private static ObjectNode json(StrategyRun run) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    Decision decision = run.plan().decision();
    Balance balance = run.balance();
    json.put("placement", run.contender().title());
    json.putObject("strategy")
        .put("requested", decision.requested())
        .put("effective", decision.effective());
    json.put("reason", decision.reason());
    json.put("slots", run.cluster().layout().slots());
    json.put("placementFingerprint", run.plan().placement().fingerprint());
    json.put("imbalance", balance.imbalance());
    json.put("balancedness", balance.balancedness());
    json.put("busiestShare", balance.busiestShare());
    json.put("fanOut", run.routing().fanOut());
    run.score().bitsPerByte().ifPresent(bits -> json.put("bitsPerByte", bits));
    json.put("digest", run.score().digest());
    json.put("provedSlots", run.provedSlots());
    json.put("backend", run.backend());
    json.set("rankTokens", RankTokens.json(run.routing()));
    return json;
  }

  /** A run's name, and what its strategy did instead if it did not do what it was asked. */
  private static String title(StrategyRun run) {
    Decision decision = run.plan().decision();
    return decision.requested().equals(decision.effective())
        ? run.contender().title()
        : run.contender().title() + " (" + decision.effective() + ")";
  }

  static String bits(TextScore score) {
    return score.bitsPerByte().isPresent()
        ? String.format(Locale.ROOT, "%.4f", score.bitsPerByte().getAsDouble())
        : "-";
  }

  static String shortDigest(TextScore score) {
    return score.digest().substring(0, SHORT_DIGEST);
  }
}

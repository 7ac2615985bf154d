package io.stagger.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stagger.api.Balance;
import io.stagger.api.Migration;
import io.stagger.api.strategy.Decision;
import io.stagger.cli.output.Figures;
import io.stagger.cli.output.Report;
import io.stagger.engine.HeldOut;
import io.stagger.engine.Plan;
import io.stagger.engine.io.LoadFile;
import io.stagger.engine.migration.MigrationPlan;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A plan: who decided what, how good it is, and what no placement could beat.
 *
 * @param plan the plan
 * @param load the load that was read, if one was given
 * @param heldOut how the plan does under loads that it was not made for
 * @param migration the slot copies from the placement in force, if one was given
 * @param renamed the way from there if ranks that are alike exchange what the plan gives them
 * @param explanation what the plan does, what limits it and what would help, if that was asked
 * @param files where the placement was written
 */
record PlanReport(
    Plan plan,
    Optional<LoadFile> load,
    List<HeldOut> heldOut,
    Optional<Migration> migration,
    Optional<MigrationPlan> renamed,
    Optional<PlanExplanationLines> explanation,
    List<Path> files)
    implements Report {

  private static final String LINE = "%-13s%s%n";

  @Override
  public void print(PrintWriter out) {
    Decision decision = plan.decision();
    out.printf(LINE, "strategy", strategies(decision));
    if (!decision.detail().isEmpty()) {
      out.printf(LINE, "reason", decision.reason() + ": " + decision.detail());
    }
    decision.facts().forEach((name, value) -> out.printf(LINE, "", name + " = " + value));
    out.printf(LINE, "from", plan.origin());
    out.printf(LINE, "model", Shapes.describe(plan.request().model()));
    out.printf(LINE, "cluster", Shapes.describe(plan.request().cluster()));
    load.ifPresent(file -> out.printf(LINE, "load", describe(file)));
    plan.balance().ifPresentOrElse(balance -> print(balance, out), () -> noLoad(out));
    printHeldOut(out);
    migration.ifPresent(moves ->
        out.printf(
            LINE,
            "migration",
            "%d slot copies, %d of them between ranks"
                .formatted(moves.copies().size(), moves.copiesBetweenRanks())));
    renamed.ifPresent(moves ->
        out.printf(
            LINE,
            "",
            "%d, %d of them between nodes, with --rename-ranks; %d if nodes were no matter"
                .formatted(
                    moves.copies().size(),
                    moves.copiesBetweenNodes(plan.request().cluster()),
                    moves.leastCopies())));
    explanation.ifPresent(lines -> {
      print("does", lines.does(), out);
      print("limits", lines.limits(), out);
      print("would help", lines.helps(), out);
    });
    out.printf(LINE, "fingerprint", plan.placement().fingerprint());
    files.forEach(path -> out.printf(LINE, "written", path));
  }

  private static void print(String title, List<String> lines, PrintWriter out) {
    String label = title;
    for (String line : lines) {
      out.printf(LINE, label, line);
      label = "";
    }
  }

  private static String strategies(Decision decision) {
    return switch (decision.outcome()) {
      case AS_REQUESTED -> decision.effective();
      case CHOSEN -> decision.requested() + ", which chose " + decision.effective();
      case FALLBACK -> decision.requested() + ", which FELL BACK to " + decision.effective();
    };
  }

  private static String describe(LoadFile file) {
    String windows = file.windows() == 1 ? "1 window" : "sum of " + file.windows() + " windows";
    return file.droppedRows().isEmpty()
        ? windows
        : windows + "; left out as rows of dense layers: " + file.droppedRows();
  }

  private void print(Balance balance, PrintWriter out) {
    out.printf(
        LINE,
        "imbalance",
        Figures.ratio(balance.imbalance())
            + " on average, "
            + Figures.ratio(balance.worstImbalance())
            + " in the worst layer");
    out.printf(
        LINE,
        "bound",
        Figures.ratio(bound())
            + " on average, which no placement can beat; the plan is above it by "
            + Figures.ratio(gap()));
    out.printf(LINE, "balancedness", Figures.ratio(balance.balancedness()));
  }

  private void printHeldOut(PrintWriter out) {
    print(
        "held out",
        heldOut.stream()
            .map(score ->
                "%s: imbalance %s on average, %s in the worst layer; bound %s"
                    .formatted(
                        score.name(),
                        Figures.ratio(score.balance().imbalance()),
                        Figures.ratio(score.balance().worstImbalance()),
                        Figures.ratio(score.bound())))
            .toList(),
        out);
  }

  private static void noLoad(PrintWriter out) {
    out.printf(LINE, "imbalance", "unknown: give a load with --load to see it");
  }

  private double bound() {
    return plan.bound().orElse(0.0);
  }

  private double gap() {
    return plan.balance().map(Balance::imbalance).orElse(0.0) - bound();
  }

  @Override
  public ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    Decision decision = plan.decision();
    json.putObject("strategy")
        .put("requested", decision.requested())
        .put("effective", decision.effective());
    json.put("outcome", decision.outcome().name());
    json.put("reason", decision.reason());
    json.put("detail", decision.detail());
    ObjectNode facts = json.putObject("facts");
    decision.facts().forEach(facts::put);
    json.put("origin", plan.origin());
    json.set("model", Shapes.json(plan.request().model()));
    json.set("cluster", Shapes.json(plan.request().cluster()));
    plan.balance().ifPresent(balance -> addBalance(json, balance));
    ArrayNode scores = json.putArray("heldOut");
    heldOut.forEach(score -> scores.add(json(score)));
    migration.ifPresent(moves ->
        json.putObject("migration")
            .put("copies", moves.copies().size())
            .put("copiesBetweenRanks", moves.copiesBetweenRanks()));
    renamed.ifPresent(moves ->
        json.putObject("migrationWithRenamedRanks")
            .put("copies", moves.copies().size())
            .put("copiesOnRanks", moves.copiesOnRanks())
            .put("copiesBetweenNodes", moves.copiesBetweenNodes(plan.request().cluster()))
            .put("leastCopies", moves.leastCopies()));
    explanation.ifPresent(lines -> json.set("explanation", lines.json()));
    json.put("placementFingerprint", plan.placement().fingerprint());
    json.put("seconds", plan.took().toNanos() / 1e9);
    ArrayNode written = json.putArray("written");
    files.forEach(path -> written.add(path.toString()));
    return json;
  }

  private static ObjectNode json(HeldOut score) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("load", score.name());
    json.putObject("imbalance")
        .put("mean", score.balance().imbalance())
        .put("worst", score.balance().worstImbalance());
    json.put("balancedness", score.balance().balancedness());
    json.put("bound", score.bound());
    return json;
  }

  private void addBalance(ObjectNode json, Balance balance) {
    ObjectNode imbalance = json.putObject("imbalance");
    imbalance.put("mean", balance.imbalance()).put("worst", balance.worstImbalance());
    addAll(imbalance.putArray("layers"), plan.imbalances());
    ObjectNode bounds = json.putObject("bound").put("mean", bound());
    addAll(bounds.putArray("layers"), plan.bounds());
    json.put("gap", gap());
    json.put("balancedness", balance.balancedness());
    json.put("busiestShare", balance.busiestShare());
  }

  private static void addAll(ArrayNode array, List<Double> values) {
    values.forEach(array::add);
  }
}

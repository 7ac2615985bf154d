package io.stagger.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stagger.cli.output.Figures;
import io.stagger.cli.output.Report;
import io.stagger.cli.output.TextTable;
import io.stagger.engine.bench.PlanBench;
import io.stagger.engine.bench.PlanCase;
import io.stagger.engine.bench.PlanMeasurement;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What strategies cost and achieve.
 *
 * @param result the measurements
 */
record BenchPlanReport(PlanBench.Result result) implements Report {

  private static final double NANOS_PER_MILLI = 1e6;

  @Override
  public void print(PrintWriter out) {
    for (PlanCase planCase : cases()) {
      out.printf(
          "%s: %d MoE layers, %d experts, %s%n",
          planCase.name(),
          planCase.model().layers(),
          planCase.model().experts(),
          Shapes.describe(planCase.cluster()));
    }
    out.println();
    TextTable table =
        new TextTable()
            .column("case")
            .column("strategy")
            .numbers("CPU ms")
            .numbers("ms")
            .numbers("allocated")
            .numbers("imbalance")
            .numbers("worst layer")
            .numbers("bound")
            .numbers("gap");
    result.measurements().forEach(measured -> add(table, measured));
    table.print(out);
    if (!result.refusals().isEmpty()) {
      out.println();
      out.println("Not measured:");
      casesByRefusal().forEach((why, names) -> out.println("  " + String.join(", ", names) + why));
    }
  }

  /** Cases by what is said of them, so that what is so of all of them is said once. */
  private Map<String, List<String>> casesByRefusal() {
    Map<String, List<String>> cases = new LinkedHashMap<>();
    for (PlanBench.Refusal refusal : result.refusals()) {
      cases
          .computeIfAbsent(": " + refusal.reason(), why -> new ArrayList<>())
          .add(refusal.planCase().name());
    }
    return cases;
  }

  private Set<PlanCase> cases() {
    Set<PlanCase> cases = new LinkedHashSet<>();
    result.measurements().forEach(measured -> cases.add(measured.planCase()));
    return cases;
  }

  private static void add(TextTable table, PlanMeasurement measured) {
    var allocated = measured.cost().allocated();
    table.row(
        measured.planCase().name(),
        name(measured),
        millis(measured.cost().cpu()),
        millis(measured.cost().elapsed()),
        allocated.isPresent() ? Figures.bytes(allocated.getAsLong()) : "",
        Figures.ratio(measured.imbalance()),
        Figures.ratio(measured.worstImbalance()),
        Figures.ratio(measured.bound()),
        Figures.ratio(measured.gap()));
  }

  private static String name(PlanMeasurement measured) {
    String effective = measured.plan().decision().effective();
    return effective.equals(measured.strategy())
        ? effective
        : measured.strategy() + " (" + effective + ")";
  }

  private static String millis(Duration duration) {
    return String.format(Locale.ROOT, "%.3f", duration.toNanos() / NANOS_PER_MILLI);
  }

  @Override
  public ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode measurements = json.putArray("measurements");
    result.measurements().forEach(measured -> measurements.add(json(measured)));
    ArrayNode refusals = json.putArray("notMeasured");
    for (PlanBench.Refusal refusal : result.refusals()) {
      refusals
          .addObject()
          .put("case", refusal.planCase().name())
          .put("strategy", refusal.strategy())
          .put("reason", refusal.reason());
    }
    return json;
  }

  private static ObjectNode json(PlanMeasurement measured) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("case", measured.planCase().name());
    json.set("model", Shapes.json(measured.planCase().model()));
    json.set("cluster", Shapes.json(measured.planCase().cluster()));
    json.put("strategy", measured.strategy());
    json.put("effective", measured.plan().decision().effective());
    json.put("runs", measured.cost().runs());
    json.put("cpuMillis", measured.cost().cpu().toNanos() / NANOS_PER_MILLI);
    json.put("millis", measured.cost().elapsed().toNanos() / NANOS_PER_MILLI);
    json.put("firstCallMillis", measured.plan().took().toNanos() / NANOS_PER_MILLI);
    measured.cost().allocated().ifPresent(bytes -> json.put("allocatedBytes", bytes));
    json.putObject("imbalance")
        .put("mean", measured.imbalance())
        .put("worst", measured.worstImbalance());
    json.put("bound", measured.bound());
    json.put("gap", measured.gap());
    json.put("placementFingerprint", measured.plan().placement().fingerprint());
    return json;
  }
}

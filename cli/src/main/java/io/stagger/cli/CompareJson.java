package io.stagger.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stagger.cli.report.CompareWords;
import io.stagger.engine.simulator.Comparison;
import io.stagger.engine.simulator.Measured;
import io.stagger.engine.simulator.RankLoads;
import io.stagger.engine.simulator.SimulationSpec;
import io.stagger.engine.simulator.StrategyScore;
import io.stagger.engine.simulator.Traffic;
import io.stagger.engine.simulator.Verdict;
import io.stagger.engine.simulator.WindowScore;
import io.stagger.engine.simulator.cost.CostModel;
import io.stagger.engine.trace.Phase;
import java.util.Arrays;

/** A comparison for programs; numbers are not rounded. */
final class CompareJson {

  private CompareJson() {}

  static ObjectNode of(Comparison comparison) {
    SimulationSpec spec = comparison.spec();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.set("model", Shapes.json(comparison.model()));
    json.set("cluster", Shapes.json(spec.cluster()));
    json.put("tokens", comparison.tokens());
    json.put("windows", spec.windows());
    json.put("decodeBatch", spec.batching().decodeSequences());
    json.put("prefillTokens", spec.batching().prefillTokens());
    json.put("replicas", spec.replicas().label());
    spec.costs().ifPresent(model -> json.set("costs", costs(model)));
    ObjectNode steps = json.putObject("steps");
    for (Phase phase : Phase.values()) {
      comparison
          .steps(phase)
          .ifPresent(counted ->
              steps
                  .putObject(CompareWords.name(phase))
                  .put("count", counted.count())
                  .put("tokens", counted.tokens()));
    }
    ArrayNode verdicts = json.putArray("verdicts");
    comparison.verdicts().forEach(verdict -> verdicts.add(verdict(verdict)));
    ArrayNode load = json.putArray("expertLoad");
    for (int layer = 0; layer < comparison.load().layers(); layer++) {
      Arrays.stream(comparison.load().layer(layer)).forEach(load.addArray()::add);
    }
    ArrayNode strategies = json.putArray("strategies");
    comparison.scores().forEach(score -> strategies.add(strategy(comparison, score)));
    ArrayNode refusals = json.putArray("notCompared");
    comparison
        .refusals()
        .forEach(refusal ->
            refusals
                .addObject()
                .put("strategy", refusal.strategy())
                .put("reason", refusal.reason()));
    return json;
  }

  private static ObjectNode verdict(Verdict verdict) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("phase", CompareWords.name(verdict.phase()));
    json.put("figure", verdict.figure().key());
    json.put("outcome", verdict.outcome().name());
    json.put("strategy", verdict.strategy());
    verdict.rivals().forEach(json.putArray("notToldApart")::add);
    return json;
  }

  /** A rank's work over the even work, {@code [layers][ranks]}. */
  private static ArrayNode rankLoad(RankLoads loads) {
    ArrayNode layers = JsonNodeFactory.instance.arrayNode();
    for (int layer = 0; layer < loads.layers(); layer++) {
      ArrayNode row = layers.addArray();
      for (int rank = 0; rank < loads.ranks(); rank++) {
        row.add(loads.relative(layer, rank));
      }
    }
    return layers;
  }

  private static ObjectNode costs(CostModel model) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    var hardware = model.hardware();
    json.put("hardware", hardware.name());
    json.put("memoryBytesPerSecond", hardware.memoryBytesPerSecond());
    json.put("flops", hardware.flops());
    json.putObject("withinNode")
        .put("bytesPerSecond", hardware.withinNode().bytesPerSecond())
        .put("latency", hardware.withinNode().latency());
    json.putObject("betweenNodes")
        .put("bytesPerSecond", hardware.betweenNodes().bytesPerSecond())
        .put("latency", hardware.betweenNodes().latency());
    json.put("hidden", model.sizes().hidden());
    json.put("intermediate", model.sizes().intermediate());
    json.put("weightBytes", model.sizes().weightBytes());
    json.put("activationBytes", model.sizes().activationBytes());
    return json;
  }

  private static ObjectNode strategy(Comparison comparison, StrategyScore score) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("strategy", score.strategy());
    json.put("windowImbalance", score.windowImbalance());
    json.put("gap", score.gap());
    json.put("migratedSlots", score.migratedSlots());
    json.put("migratedBetweenRanks", score.migratedBetweenRanks());
    comparison
        .spec()
        .costs()
        .ifPresent(model ->
            json.put("migratedBytes", score.migratedSlots() * model.sizes().expertBytes()));
    ArrayNode windows = json.putArray("plans");
    score.windows().forEach(window -> windows.add(window(window)));
    ObjectNode phases = json.putObject("figures");
    for (Phase phase : Phase.values()) {
      if (!score.figures(phase).isEmpty()) {
        ObjectNode node = phases.putObject(CompareWords.name(phase));
        score
            .figures(phase)
            .forEach((figure, measured) -> node.set(figure.key(), measured(measured)));
      }
    }
    json.set("traffic", traffic(score.traffic()));
    json.set("rankLoad", rankLoad(score.rankLoads()));
    return json;
  }

  private static ObjectNode window(WindowScore window) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    var decision = window.plan().decision();
    json.put("effective", decision.effective());
    json.put("outcome", decision.outcome().name());
    json.put("reason", decision.reason());
    json.put("placementFingerprint", window.plan().placement().fingerprint());
    json.put("imbalance", window.imbalance());
    json.put("bound", window.bound());
    window.plan().balance().ifPresent(balance -> json.put("plannedImbalance", balance.imbalance()));
    window.migration().ifPresent(moved -> json.put("migratedSlots", moved.copies().size()));
    return json;
  }

  private static ObjectNode measured(Measured measured) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("value", measured.value());
    measured
        .change()
        .ifPresent(change -> {
          ObjectNode node = json.putObject("change").put("estimate", change.estimate());
          change
              .interval()
              .ifPresent(between -> node.put("low", between.low()).put("high", between.high()));
        });
    return json;
  }

  private static ObjectNode traffic(Traffic traffic) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    Traffic.Hottest hottest = traffic.hottest();
    json.putObject("hottestLink")
        .put("from", hottest.from())
        .put("to", hottest.to())
        .put("tokens", hottest.copies());
    ArrayNode rows = json.putArray("tokens");
    for (int from = 0; from < traffic.ranks(); from++) {
      ArrayNode row = rows.addArray();
      for (int to = 0; to < traffic.ranks(); to++) {
        row.add(traffic.copies(from, to));
      }
    }
    return json;
  }
}

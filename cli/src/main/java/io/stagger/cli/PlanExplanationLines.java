package io.stagger.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stagger.cli.output.Figures;
import io.stagger.engine.Plan;
import io.stagger.engine.explain.Alternative;
import io.stagger.engine.explain.Copies;
import io.stagger.engine.explain.Heat;
import io.stagger.engine.explain.Limit;
import io.stagger.engine.explain.Limits;
import io.stagger.engine.explain.PlanExplanation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * An explanation in sentences, and as JSON.
 *
 * @param plan the plan explained
 * @param explanation the figures
 */
record PlanExplanationLines(Plan plan, PlanExplanation explanation) {

  private static final int MOST_ALTERNATIVES = 3;

  /** What the plan does. */
  List<String> does() {
    List<String> lines = new ArrayList<>();
    Copies copies = explanation.copies();
    int layers = plan.placement().layers();
    if (copies.total() == 0) {
      lines.add("every expert has one slot");
    } else {
      lines.add(
          "%d slots hold copies, %.1f a layer, of %.1f experts a layer; expert %d of layer %d has"
                  .formatted(
                      copies.total(),
                      (double) copies.total() / layers,
                      copies.replicatedExperts(),
                      copies.most(),
                      modelLayer(copies.mostLayer()))
              + " the most slots, "
              + copies.mostSlots());
    }
    if (copies.idle() > 0) {
      lines.add(
          copies.idle()
              + " of the copies are idle: their rank holds the expert in another slot too");
    }
    explanation.heat().filter(heat -> heat.share() > 0).ifPresent(heat -> lines.add(tell(heat)));
    return lines;
  }

  private String tell(Heat heat) {
    return String.format(
        Locale.ROOT,
        "the hottest expert, %d of layer %d, gets %s of its layer's tokens, %.1f times the mean",
        heat.expert(),
        modelLayer(heat.layer()),
        Figures.percent(heat.share()),
        heat.timesMean());
  }

  /** What limits it. */
  List<String> limits() {
    List<String> lines = new ArrayList<>();
    explanation.limits().ifPresent(limits -> lines.addAll(tell(limits)));
    explanation
        .nodeShare()
        .ifPresent(share ->
            lines.add(
                "expert groups stay on their nodes: the busiest node has "
                    + Figures.percent(share.imbalance())
                    + " more than the mean, and its ranks cannot undo that"));
    return lines;
  }

  private static List<String> tell(Limits limits) {
    List<String> lines = new ArrayList<>();
    limits
        .layers()
        .forEach((limit, count) -> {
          if (count > 0) {
            lines.add(layers(count) + ": " + tell(limit));
          }
        });
    lines.add(
        "%s within %s of the bound, which no placement can beat"
            .formatted(layers(limits.atBound()), Figures.percent(Limits.NEAR)));
    return lines;
  }

  private static String tell(Limit limit) {
    return switch (limit) {
      case MEAN -> "nothing in the load forbids that all ranks get the same";
      case HEAVIEST_EXPERT -> "the heaviest expert, as finely as spare slots can divide it";
      case SHARED_RANK -> "the heaviest expert shares its rank, for there is no slot to spare";
    };
  }

  private static String layers(int count) {
    return count == 1 ? "1 layer" : count + " layers";
  }

  /** What would help. */
  List<String> helps() {
    if (explanation.limits().isEmpty()) {
      return List.of("a load: with --load there is something to balance by");
    }
    List<String> lines =
        explanation.better().stream()
            .limit(MOST_ALTERNATIVES)
            .map(PlanExplanationLines::tell)
            .toList();
    return lines.isEmpty() ? List.of("no other strategy here, and not a slot more a rank") : lines;
  }

  private static String tell(Alternative other) {
    String slots = other.moreSlots() == 0 ? "" : " with " + other.moreSlots() + " slots more";
    String setting = other.setting().isEmpty() ? "" : " with " + other.setting();
    return "%s%s%s: imbalance %s"
        .formatted(other.strategy(), setting, slots, Figures.ratio(other.imbalance()));
  }

  private int modelLayer(int layer) {
    return plan.request().model().moeLayers().get(layer);
  }

  /** The figures for programs. */
  ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    Copies copies = explanation.copies();
    json.putObject("copies")
        .put("total", copies.total())
        .put("idle", copies.idle())
        .put("replicatedExperts", copies.replicatedExperts());
    explanation
        .heat()
        .ifPresent(heat ->
            json.putObject("hottest")
                .put("layer", heat.layer())
                .put("expert", heat.expert())
                .put("share", heat.share()));
    explanation
        .limits()
        .ifPresent(limits -> {
          ObjectNode layers = json.putObject("limits");
          limits.layers().forEach((limit, count) -> layers.put(limit.name(), count));
          json.put("layersAtBound", limits.atBound());
        });
    explanation.nodeShare().ifPresent(share -> json.put("nodeImbalance", share.imbalance()));
    ArrayNode better = json.putArray("better");
    for (Alternative other : explanation.better()) {
      better
          .addObject()
          .put("strategy", other.strategy())
          .put("setting", other.setting())
          .put("moreSlots", other.moreSlots())
          .put("imbalance", other.imbalance());
    }
    return json;
  }
}

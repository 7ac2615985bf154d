package io.stagger.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Models and clusters in words and as JSON. */
final class Shapes {

  private Shapes() {}

  static String describe(ModelShape model) {
    String groups =
        model.hasGroups()
            ? "top-%d of %d groups".formatted(model.topGroups(), model.groups())
            : "no expert groups";
    return "%s, %d MoE layers, %d experts, top-%d, %s"
        .formatted(model.name(), model.layers(), model.experts(), model.topK(), groups);
  }

  static String describe(Cluster cluster) {
    List<String> words = new ArrayList<>();
    words.add(cluster.nodes() == 1 ? "1 node" : cluster.nodes() + " nodes");
    words.add(cluster.ranks() == 1 ? "1 rank" : cluster.ranks() + " ranks");
    words.add(cluster.layout().slots() + " slots");
    List<Integer> down = down(cluster);
    if (!down.isEmpty()) {
      words.add("down: " + down);
    }
    return String.join(", ", words);
  }

  static ObjectNode json(ModelShape model) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("name", model.name())
        .put("layers", model.layers())
        .put("experts", model.experts())
        .put("topK", model.topK())
        .put("groups", model.groups())
        .put("topGroups", model.topGroups());
  }

  static ObjectNode json(Cluster cluster) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("nodes", cluster.nodes()).put("ranks", cluster.ranks());
    json.put("slots", cluster.layout().slots());
    ArrayNode slots = json.putArray("slotsPerRank");
    for (int count : cluster.layout().slotsPerRank()) {
      slots.add(count);
    }
    ArrayNode down = json.putArray("ranksDown");
    down(cluster).forEach(down::add);
    return json;
  }

  private static List<Integer> down(Cluster cluster) {
    return IntStream.range(0, cluster.ranks()).filter(rank -> !cluster.isUp(rank)).boxed().toList();
  }
}

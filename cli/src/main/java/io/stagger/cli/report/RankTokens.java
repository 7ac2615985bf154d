package io.stagger.cli.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.stagger.engine.text.RoutingStatistics;

/** The work of the ranks as JSON: {@code [layers][ranks]}. */
final class RankTokens {

  private RankTokens() {}

  static ArrayNode json(RoutingStatistics routing) {
    ArrayNode layers = JsonNodeFactory.instance.arrayNode();
    for (int layer = 0; layer < routing.model().layers(); layer++) {
      ArrayNode ranks = layers.addArray();
      for (long tokens : routing.rankTokens(layer)) {
        ranks.add(tokens);
      }
    }
    return layers;
  }
}

package io.stagger.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stagger.cli.output.Figures;
import io.stagger.cli.output.Report;
import io.stagger.cli.output.TextTable;
import io.stagger.engine.traffic.TrafficFrontier;
import java.io.PrintWriter;

/**
 * How even a placement can be for how many nodes that a token visits.
 *
 * @param frontier the table
 */
record TrafficFrontierReport(TrafficFrontier frontier) implements Report {

  @Override
  public void print(PrintWriter out) {
    TextTable table =
        new TextTable()
            .numbers("traffic")
            .numbers("imbalance")
            .numbers("balancedness")
            .numbers("nodes a group");
    for (TrafficFrontier.Point point : frontier.points()) {
      table.row(
          Double.toString(point.weight()),
          Figures.ratio(point.imbalance()),
          Figures.ratio(point.balancedness()),
          Figures.ratio(point.spread()));
    }
    table.print(out);
  }

  @Override
  public ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("strategy", frontier.strategy());
    ArrayNode points = json.putArray("frontier");
    for (TrafficFrontier.Point point : frontier.points()) {
      points
          .addObject()
          .put("traffic", point.weight())
          .put("imbalance", point.imbalance())
          .put("balancedness", point.balancedness())
          .put("spread", point.spread());
    }
    return json;
  }
}

package io.stagger.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stagger.cli.output.Figures;
import io.stagger.cli.output.Report;
import io.stagger.cli.output.TextTable;
import io.stagger.engine.migration.MoveFrontier;
import java.io.PrintWriter;

/**
 * How even a placement can become for how many moves.
 *
 * @param frontier the table
 */
record MoveFrontierReport(MoveFrontier frontier) implements Report {

  @Override
  public void print(PrintWriter out) {
    TextTable table =
        new TextTable()
            .numbers("moves")
            .numbers("of the slots")
            .numbers("imbalance")
            .numbers("balancedness")
            .numbers("of the gain");
    for (MoveFrontier.Point point : frontier.points()) {
      table.row(
          Figures.count(point.moves()),
          Figures.percent(point.share()),
          Figures.ratio(point.imbalance()),
          Figures.ratio(point.balancedness()),
          point.gain().isPresent() ? Figures.percent(point.gain().getAsDouble()) : "");
    }
    table.print(out);
  }

  @Override
  public ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("strategy", frontier.strategy());
    ArrayNode points = json.putArray("frontier");
    for (MoveFrontier.Point point : frontier.points()) {
      ObjectNode row =
          points
              .addObject()
              .put("moves", point.moves())
              .put("share", point.share())
              .put("imbalance", point.imbalance())
              .put("balancedness", point.balancedness());
      point.gain().ifPresent(gain -> row.put("gain", gain));
    }
    return json;
  }
}

package io.stagger.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stagger.api.format.FormatContent;
import io.stagger.cli.output.Report;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;

/**
 * What was read from or written for another system.
 *
 * @param format the other system's format
 * @param content what it was
 * @param notes what was lost, assumed, or must be known
 * @param out where it was written
 */
record InterchangeReport(String format, FormatContent content, List<String> notes, Path out)
    implements Report {

  private static final String LINE = "%-13s%s%n";

  @Override
  public void print(PrintWriter out) {
    out.printf(LINE, "format", format);
    switch (content) {
      case FormatContent.OfPlacement(_, var placement) -> {
        out.printf(
            LINE,
            "placement",
            "%d layers, %d experts, %d slots on %d ranks"
                .formatted(
                    placement.layers(), placement.experts(), placement.slots(), placement.ranks()));
        out.printf(LINE, "fingerprint", placement.fingerprint());
      }
      case FormatContent.OfLoad(_, var load) ->
          out.printf(
              LINE, "load", "%d layers, %d experts".formatted(load.layers(), load.experts()));
    }
    notes.forEach(note -> out.printf(LINE, "note", note));
    out.printf(LINE, "written", this.out);
  }

  @Override
  public ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("format", format);
    switch (content) {
      case FormatContent.OfPlacement(_, var placement) ->
          json.put("content", "placement")
              .put("layers", placement.layers())
              .put("experts", placement.experts())
              .put("slots", placement.slots())
              .put("ranks", placement.ranks())
              .put("placementFingerprint", placement.fingerprint());
      case FormatContent.OfLoad(_, var load) ->
          json.put("content", "load").put("layers", load.layers()).put("experts", load.experts());
    }
    ArrayNode list = json.putArray("notes");
    notes.forEach(list::add);
    json.putArray("written").add(out.toString());
    return json;
  }
}

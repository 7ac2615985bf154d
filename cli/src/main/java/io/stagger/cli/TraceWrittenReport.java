package io.stagger.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stagger.cli.output.Figures;
import io.stagger.cli.output.Report;
import io.stagger.engine.trace.TraceWriter;
import io.stagger.engine.trace.source.ImportResult;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What was written: a trace, or a load.
 *
 * @param out where
 * @param result how much, and what is to be said of it
 */
record TraceWrittenReport(Path out, ImportResult result) implements Report {

  static TraceWrittenReport of(Path out, TraceWriter writer) {
    return new TraceWrittenReport(
        out,
        new ImportResult(
            writer.tokens(), Optional.of(writer.header()), OptionalInt.empty(), List.of()));
  }

  @Override
  public void print(PrintWriter to) {
    result.notes().forEach(note -> to.println("note: " + note));
    to.println(
        result.windows().isPresent()
            ? "wrote %s: a load of %d windows".formatted(out, result.windows().getAsInt())
            : "wrote %s: %s tokens".formatted(out, Figures.count(result.tokens())));
    result.header().ifPresent(header -> to.println("model " + Shapes.describe(header.model())));
  }

  @Override
  public ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("out", out.toString());
    json.put("tokens", result.tokens());
    result.windows().ifPresent(windows -> json.put("windows", windows));
    result.header().ifPresent(header -> json.set("model", Shapes.json(header.model())));
    result.notes().forEach(json.putArray("notes")::add);
    return json;
  }
}

package io.stagger.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stagger.api.format.FormatFeature;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.cli.output.Report;
import io.stagger.engine.plugin.FormatEntry;
import io.stagger.engine.plugin.PluginProblem;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Formats, each with what it declares of itself, and the plug-ins that are not used.
 *
 * @param formats the formats, in the order of printing
 * @param problems why a jar or a format is not among them
 */
record FormatsReport(List<FormatEntry> formats, List<PluginProblem> problems) implements Report {

  @Override
  public void print(PrintWriter out) {
    for (FormatEntry format : formats) {
      print(format, out);
    }
    if (!problems.isEmpty()) {
      out.println("Not used:");
      problems.forEach(problem -> out.println("  " + problem.message()));
    }
  }

  private static void print(FormatEntry format, PrintWriter out) {
    out.println(format.name());
    if (!format.description().isEmpty()) {
      out.println("  " + format.description());
    }
    out.println("  carries " + words(format, true));
    if (format.carries(FormatFeature.PLACEMENT)) {
      out.println("  does not carry " + words(format, false));
    }
    format.notes().forEach(note -> out.println("  note: " + note));
    for (OptionSpec option : format.options()) {
      String otherwise = option.defaultValue() == null ? "" : ", default " + option.defaultValue();
      out.println("  option " + option.name() + ": " + option.range() + otherwise);
      out.println("      " + option.description());
    }
    out.println("  from " + format.origin());
    out.println();
  }

  private static String words(FormatEntry format, boolean carried) {
    String words =
        Arrays.stream(FormatFeature.values())
            .filter(feature -> format.carries(feature) == carried)
            .map(FormatFeature::words)
            .collect(Collectors.joining(", "));
    return words.isEmpty() ? "nothing" : words;
  }

  @Override
  public ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode list = json.putArray("formats");
    formats.forEach(format -> list.add(json(format)));
    ArrayNode unused = json.putArray("problems");
    problems.forEach(problem -> unused.add(problem.message()));
    return json;
  }

  private static ObjectNode json(FormatEntry format) {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("name", format.name())
            .put("description", format.description());
    ArrayNode features = json.putArray("features");
    format.features().forEach(feature -> features.add(feature.name()));
    ArrayNode notes = json.putArray("notes");
    format.notes().forEach(notes::add);
    ArrayNode options = json.putArray("options");
    format.options().forEach(option -> options.add(KeyJson.of(option)));
    return json.put("origin", format.origin());
  }
}

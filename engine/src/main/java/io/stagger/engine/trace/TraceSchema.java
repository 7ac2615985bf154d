package io.stagger.engine.trace;

import io.stagger.api.ModelShape;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidTraceException;
import io.stagger.api.error.StaggerException;
import io.stagger.engine.trace.arrow.Column;
import io.stagger.engine.trace.arrow.ElementType;
import io.stagger.weights.io.JsonObject;
import io.stagger.weights.io.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How a trace's header is written: as the columns and the metadata of an Arrow schema. */
final class TraceSchema {

  static final String SEQUENCE = "sequence";
  static final String POSITION = "position";
  static final String PHASE = "phase";
  static final String SOURCE_RANK = "source_rank";
  static final String DATASET = "dataset";
  static final String EXPERTS = "experts";
  static final String WEIGHTS = "weights";

  /** The key of the schema's metadata whose value is a JSON object. */
  static final String KEY = "stagger.trace";

  static final int VERSION = 1;

  /** The most experts that fit a byte. */
  private static final int BYTE_EXPERTS = 256;

  private TraceSchema() {}

  /** The columns that are written, in order. */
  static List<Column> columns(TraceHeader header) {
    List<Column> columns = new ArrayList<>();
    columns.add(Column.of(SEQUENCE, ElementType.INT32));
    columns.add(Column.of(POSITION, ElementType.INT32));
    columns.add(Column.of(PHASE, ElementType.UINT8));
    columns.add(Column.of(SOURCE_RANK, ElementType.INT32).orNull());
    if (!header.datasets().isEmpty()) {
      columns.add(Column.of(DATASET, ElementType.UINT16).orNull());
    }
    ElementType ids = isNarrow(header) ? ElementType.UINT8 : ElementType.UINT16;
    columns.add(Column.ofLists(EXPERTS, ids, header.choices()));
    if (header.weights()) {
      columns.add(Column.ofLists(WEIGHTS, ElementType.FLOAT32, header.choices()));
    }
    return columns;
  }

  /** Whether an expert's number takes one byte when it is written. */
  static boolean isNarrow(TraceHeader header) {
    return header.model().experts() <= BYTE_EXPERTS;
  }

  static Map<String, String> metadata(TraceHeader header) {
    ModelShape model = header.model();
    Map<String, Object> shape = new LinkedHashMap<>();
    shape.put("name", model.name());
    shape.put("layers", model.moeLayers());
    shape.put("experts", model.experts());
    shape.put("topK", model.topK());
    shape.put("groups", model.groups());
    shape.put("topGroups", model.topGroups());
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("version", VERSION);
    json.put("model", shape);
    if (!header.datasets().isEmpty()) {
      json.put("datasets", header.datasets());
    }
    return Map.of(KEY, new String(StrictJson.writeLine(json), StandardCharsets.UTF_8));
  }

  /**
   * The header of a schema.
   *
   * @throws InvalidTraceException if the metadata is not a trace's, or the columns are not those
   *     that it promises
   */
  static TraceHeader read(List<Column> columns, Map<String, String> metadata, String where) {
    boolean weights = columns.stream().anyMatch(column -> column.name().equals(WEIGHTS));
    TraceHeader header = header(metadata, weights, where);
    requireColumns(columns, header, where);
    return header;
  }

  static TraceHeader header(Map<String, String> metadata, boolean weights, String where) {
    String text = metadata.get(KEY);
    if (text == null) {
      throw new InvalidTraceException(
          Diagnosis.of("a file that is no trace", where)
              .expecting("the metadata '" + KEY + "'")
              .remedy("docs/traces.md says how to write one"));
    }
    return header(text, weights, where + ", metadata " + KEY);
  }

  private static TraceHeader header(String text, boolean weights, String where) {
    JsonObject json =
        new JsonObject(
            StrictJson.parse(
                text.getBytes(StandardCharsets.UTF_8), where, InvalidTraceException::new),
            where,
            InvalidTraceException::new);
    if (json.count("version") != VERSION) {
      throw json.wrong("version", VERSION + ", the only one that this release knows");
    }
    try {
      List<String> datasets = json.has("datasets") ? json.texts("datasets") : List.of();
      return new TraceHeader(model(json.object("model")), weights, datasets);
    } catch (InvalidTraceException e) {
      throw e;
    } catch (StaggerException e) {
      throw new InvalidTraceException(e.diagnosis().at(where + ", model"), e);
    }
  }

  private static ModelShape model(JsonObject json) {
    List<Integer> layers = new ArrayList<>();
    for (long layer : json.counts("layers")) {
      layers.add((int) Math.min(layer, Integer.MAX_VALUE));
    }
    return new ModelShape(
        json.text("name"),
        layers,
        json.integer("experts"),
        json.integer("topK"),
        json.has("groups") ? json.integer("groups") : 1,
        json.has("topGroups") ? json.integer("topGroups") : 1);
  }

  private static void requireColumns(List<Column> columns, TraceHeader header, String where) {
    List<Column> expected = columns(header);
    for (Column column : expected) {
      boolean optional = column.nullable();
      List<Column> named =
          columns.stream().filter(found -> found.name().equals(column.name())).toList();
      if (named.isEmpty() ? !optional : !fits(named.getFirst(), column)) {
        String found =
            named.isEmpty() ? "no column '" + column.name() + "'" : "" + named.getFirst();
        throw new InvalidTraceException(Diagnosis.of(found, where).expecting(column.toString()));
      }
    }
    for (Column column : columns) {
      if (expected.stream().noneMatch(known -> known.name().equals(column.name()))) {
        throw new InvalidTraceException(
            Diagnosis.of("an unknown column '" + column.name() + "'", where)
                .expecting(
                    "columns " + String.join(", ", expected.stream().map(Column::name).toList())));
      }
    }
  }

  /** Whether a column may stand for the one that would be written. */
  private static boolean fits(Column found, Column written) {
    boolean otherWidth =
        written.name().equals(EXPERTS)
            && (found.type() == ElementType.UINT8 || found.type() == ElementType.UINT16);
    return found.listSize() == written.listSize() && (found.type() == written.type() || otherWidth);
  }
}

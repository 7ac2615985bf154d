package io.stagger.engine.io;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidPlacementException;
import io.stagger.api.error.IoProblem;
import io.stagger.weights.io.StrictJson;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The JSON form of a placement, see {@link PlacementFile}. */
final class PlacementJson {

  private static final String MAP = "physical_to_logical_map";
  private static final int MAX_CELLS = 1 << 26;

  private final Path file;
  private int cells;

  /** Rows as they are in the file. */
  int[][] map = new int[0][];

  @Nullable String strategy;
  @Nullable String fingerprint;
  int @Nullable [] moeLayers;
  int[] slotsPerRank = new int[0];
  int experts;
  int nodes;
  int ranks;

  private PlacementJson(Path file) {
    this.file = file;
  }

  static PlacementJson read(Path file) {
    try (var in = Files.newInputStream(file);
        JsonParser parser = Json.FACTORY.createParser(in)) {
      PlacementJson json = new PlacementJson(file);
      json.object(parser);
      return json;
    } catch (JsonProcessingException e) {
      throw unreadable(
          StrictJson.notJson(e, file.toString()).remedy("Mend it, or name another placement file"),
          e);
    } catch (IOException e) {
      throw unreadable(
          Diagnosis.of(IoProblem.of("cannot be read", e), file.toString())
              .remedy("Name a placement file that exists and can be read"),
          e);
    }
  }

  private void object(JsonParser parser) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw wrong(file, "no JSON object", "an object with the key '" + MAP + "'", "");
    }
    boolean found = false;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      parser.nextToken();
      found |= key.equals(MAP);
      value(parser, key);
    }
    if (!found) {
      throw wrong(file, "the key '" + MAP + "' is missing", "a row for each layer", "");
    }
    if (parser.nextToken() != null) {
      throw wrong(file, "something follows at " + Json.at(parser), "the end of the file", "");
    }
    checkMoeLayers();
  }

  private void value(JsonParser parser, String key) throws IOException {
    switch (key) {
      case MAP -> map = rows(parser);
      case "strategy" -> strategy = text(parser, key);
      case "fingerprint" -> fingerprint = text(parser, key);
      case "moe_layers" -> moeLayers = integers(parser, key, ModelShape.MAX_LAYERS);
      case "slots_per_rank" -> slotsPerRank = integers(parser, key, SlotLayout.MAX_RANKS);
      case "experts" -> experts = count(parser, key, ModelShape.MAX_EXPERTS);
      case "nodes" -> nodes = count(parser, key, SlotLayout.MAX_RANKS);
      case "ranks" -> ranks = count(parser, key, SlotLayout.MAX_RANKS);
      default -> parser.skipChildren();
    }
  }

  private int[][] rows(JsonParser parser) throws IOException {
    if (!parser.isExpectedStartArrayToken()) {
      throw wrong(file, "'" + MAP + "' is no list", "a row for each layer", "");
    }
    List<int[]> rows = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (rows.size() == ModelShape.MAX_LAYERS) {
        throw wrong(file, "too many layers", "at most " + ModelShape.MAX_LAYERS, "");
      }
      rows.add(integers(parser, MAP + ", layer " + rows.size(), SlotLayout.MAX_SLOTS));
    }
    return rows.toArray(int[][]::new);
  }

  /** The list at whose bracket the parser stands. */
  private int[] integers(JsonParser parser, String what, int most) throws IOException {
    if (!parser.isExpectedStartArrayToken()) {
      throw wrong(file, what + " is no list at " + Json.at(parser), "a list of whole numbers", "");
    }
    int[] values = new int[16];
    int size = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (size == most || ++cells > MAX_CELLS) {
        throw wrong(file, what + " has too many entries", "at most " + most, "");
      }
      if (size == values.length) {
        values = Arrays.copyOf(values, size * 2);
      }
      values[size] = integer(parser, what, size);
      size++;
    }
    return Arrays.copyOf(values, size);
  }

  private int integer(JsonParser parser, String list, int entry) throws IOException {
    // The message is put together only where it is needed: a file may have millions of entries.
    return isInteger(parser) ? parser.getIntValue() : integer(parser, list + ", entry " + entry);
  }

  private int integer(JsonParser parser, String what) throws IOException {
    if (isInteger(parser)) {
      return parser.getIntValue();
    }
    throw wrong(file, what + " is " + shown(parser), "a whole number of 32 bits", "");
  }

  private static boolean isInteger(JsonParser parser) throws IOException {
    return parser.currentToken() == JsonToken.VALUE_NUMBER_INT
        && parser.getNumberType() == JsonParser.NumberType.INT;
  }

  private static String shown(JsonParser parser) throws IOException {
    String text = String.valueOf(parser.getText());
    return text.length() > 40 ? text.substring(0, 40) + "..." : text;
  }

  private int count(JsonParser parser, String key, int most) throws IOException {
    int value = integer(parser, "'" + key + "'");
    if (value < 1 || value > most) {
      throw wrong(file, "'" + key + "' is " + value, "1 to " + most, "");
    }
    return value;
  }

  private String text(JsonParser parser, String key) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw wrong(file, "'" + key + "' is " + shown(parser), "a text", "");
    }
    return parser.getText();
  }

  private void checkMoeLayers() {
    int floor = 0;
    for (int layer : moeLayers == null ? new int[0] : moeLayers) {
      if (layer < floor || layer >= map.length) {
        throw wrong(
            file,
            "'moe_layers' names row " + layer,
            "ascending rows, here " + floor + " to " + (map.length - 1),
            "");
      }
      floor = layer + 1;
    }
  }

  static InvalidPlacementException wrong(
      Path file, String problem, String expected, String remedy) {
    return new InvalidPlacementException(
        new Diagnosis(problem, file.toString(), expected, remedy), List.of());
  }

  private static InvalidPlacementException unreadable(Diagnosis diagnosis, Exception cause) {
    return new InvalidPlacementException(diagnosis, List.of(), cause);
  }

  static void writeMap(OutputStream out, ModelShape model, Placement placement) throws IOException {
    try (JsonGenerator json = Json.FACTORY.createGenerator(out, JsonEncoding.UTF8)) {
      json.writeStartObject();
      map(json, model, placement);
      json.writeRaw('\n');
      json.writeEndObject();
      json.writeRaw('\n');
    }
  }

  static void write(
      OutputStream out, ModelShape model, Placement placement, PlacementFile.Details details)
      throws IOException {
    try (JsonGenerator json = Json.FACTORY.createGenerator(out, JsonEncoding.UTF8)) {
      json.writeStartObject();
      map(json, model, placement);
      json.writeStringField("strategy", details.effective());
      json.writeStringField("requested_strategy", details.requested());
      json.writeStringField("fingerprint", placement.fingerprint());
      json.writeNumberField("experts", placement.experts());
      json.writeNumberField("nodes", details.nodes());
      json.writeNumberField("ranks", placement.ranks());
      integers(json, "slots_per_rank", placement.layout().slotsPerRank());
      integers(
          json, "moe_layers", model.moeLayers().stream().mapToInt(Integer::intValue).toArray());
      numbers(json, "imbalance", details.imbalances());
      numbers(json, "bound", details.bounds());
      json.writeEndObject();
      json.writeRaw('\n');
    }
  }

  private static void map(JsonGenerator json, ModelShape model, Placement placement)
      throws IOException {
    json.writeArrayFieldStart(MAP);
    int rows = model.layers() == 0 ? 0 : model.moeLayers().getLast() + 1;
    int layer = 0;
    for (int row = 0; row < rows; row++) {
      boolean moe = model.moeLayers().get(layer) == row;
      int[] slots = moe ? placement.physicalToLogical(layer++) : spread(placement);
      json.writeRaw(row == 0 ? "\n" : "");
      json.writeArray(slots, 0, slots.length);
      json.writeRaw(row == rows - 1 ? "" : "\n");
    }
    json.writeEndArray();
  }

  /** What the row of a dense layer says. */
  private static int[] spread(Placement placement) {
    int[] slots = new int[placement.slots()];
    Arrays.setAll(slots, slot -> slot % placement.experts());
    return slots;
  }

  private static void integers(JsonGenerator json, String key, int[] values) throws IOException {
    json.writeRaw('\n');
    json.writeFieldName(key);
    json.writeArray(values, 0, values.length);
  }

  private static void numbers(JsonGenerator json, String key, List<Double> values)
      throws IOException {
    json.writeRaw('\n');
    json.writeArrayFieldStart(key);
    for (double value : values) {
      json.writeNumber(value);
    }
    json.writeEndArray();
  }
}

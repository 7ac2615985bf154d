package io.stagger.engine.io;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonGenerator;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidPlacementException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The JSON form of a placement, see {@link PlacementFile}. */
final class PlacementJson {

  private static final String MAP = "physical_to_logical_map";

  private final Path file;

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
    PlacementJson placement = new PlacementJson(file);
    JsonReader.read(file, placement::object);
    return placement;
  }

  private void object(JsonReader json) throws IOException {
    boolean[] found = {false};
    json.object(
        "an object with the key '" + MAP + "'",
        key -> {
          found[0] |= key.equals(MAP);
          value(json, key);
        });
    if (!found[0]) {
      throw json.wrong("the key '" + MAP + "' is missing", "a row for each layer");
    }
    checkMoeLayers();
  }

  private void value(JsonReader json, String key) throws IOException {
    String shown = "'" + key + "'";
    switch (key) {
      case MAP -> map = rows(json);
      case "strategy" -> strategy = json.text(shown);
      case "fingerprint" -> fingerprint = json.text(shown);
      case "moe_layers" -> moeLayers = json.integers(key, ModelShape.MAX_LAYERS);
      case "slots_per_rank" -> slotsPerRank = json.integers(key, SlotLayout.MAX_RANKS);
      case "experts" -> experts = json.integer(shown, 1, ModelShape.MAX_EXPERTS);
      case "nodes" -> nodes = json.integer(shown, 1, SlotLayout.MAX_RANKS);
      case "ranks" -> ranks = json.integer(shown, 1, SlotLayout.MAX_RANKS);
      default -> json.skip();
    }
  }

  private static int[][] rows(JsonReader json) throws IOException {
    List<int[]> rows = new ArrayList<>();
    json.list(
        "'" + MAP + "'",
        ModelShape.MAX_LAYERS,
        "a row for each layer",
        layer -> rows.add(json.integers(MAP + ", layer " + layer, SlotLayout.MAX_SLOTS)));
    return rows.toArray(int[][]::new);
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

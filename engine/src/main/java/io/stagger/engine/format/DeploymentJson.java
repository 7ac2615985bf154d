package io.stagger.engine.format;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonGenerator;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.format.FormatReading;
import io.stagger.api.format.FormatRequest;
import io.stagger.engine.io.Json;
import io.stagger.engine.io.JsonReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The JSON that vLLM-Ascend and msit share: for each MoE layer, numbered from 0, the experts of
 * each device's slots.
 */
final class DeploymentJson {

  private static final String COUNT = "moe_layer_count";
  private static final String LAYERS = "layer_list";
  private static final String LAYER = "layer_id";
  private static final String DEVICES = "device_list";
  private static final String DEVICE_COUNT = "device_count";
  private static final String DEVICE = "device_id";
  private static final String EXPERTS = "device_expert";

  private final JsonReader json;
  private final List<List<int[]>> layers = new ArrayList<>();
  private int layerCount = -1;

  private DeploymentJson(JsonReader json) {
    this.json = json;
  }

  static FormatReading read(Path file, FormatRequest request) {
    List<List<int[]>> layers = new ArrayList<>();
    JsonReader.read(file, json -> layers.addAll(new DeploymentJson(json).document()));
    List<int[]> first = layers.getFirst();
    SlotLayout layout = SlotLayout.of(first.stream().mapToInt(slots -> slots.length).toArray());
    request.agreedRanks(layout.ranks(), file.toString());
    int[][] rows = new int[layers.size()][];
    for (int layer = 0; layer < rows.length; layer++) {
      rows[layer] = row(file, layer, layers.get(layer), layout);
    }
    return new SlotRows(file, request, layout, rows).ofMoeLayers();
  }

  private static int[] row(Path file, int layer, List<int[]> devices, SlotLayout layout) {
    if (devices.size() != layout.ranks()) {
      throw SlotRows.wrong(
          file,
          "layer " + layer + " is on " + devices.size() + " devices",
          layout.ranks() + ", as layer 0");
    }
    for (int rank = 0; rank < layout.ranks(); rank++) {
      if (devices.get(rank).length != layout.slotsOf(rank)) {
        throw SlotRows.wrong(
            file,
            "layer %d, device %d holds %d experts".formatted(layer, rank, devices.get(rank).length),
            layout.slotsOf(rank) + ", as in layer 0");
      }
    }
    return devices.stream().flatMapToInt(Arrays::stream).toArray();
  }

  private List<List<int[]>> document() throws IOException {
    json.object("an object with the keys '" + COUNT + "' and '" + LAYERS + "'", this::field);
    if (layers.isEmpty()) {
      throw json.wrong("'" + LAYERS + "' is missing or empty", "a layer at least");
    }
    if (layerCount != layers.size()) {
      throw json.wrong(
          layers.size() + " layers",
          layerCount < 0 ? "the key '" + COUNT + "'" : layerCount + ", as '" + COUNT + "' says");
    }
    return layers;
  }

  private void field(String key) throws IOException {
    switch (key) {
      case COUNT -> layerCount = json.integer("'" + COUNT + "'", 1, ModelShape.MAX_LAYERS);
      case LAYERS ->
          json.list(
              "'" + LAYERS + "'",
              ModelShape.MAX_LAYERS,
              "the MoE layers",
              index -> layers.add(layer(index)));
      default -> json.skip();
    }
  }

  private List<int[]> layer(int index) throws IOException {
    String where = "layer " + index;
    List<int[]> devices = new ArrayList<>();
    int[] count = {-1};
    json.object(
        "an object for each layer",
        key -> {
          switch (key) {
            case LAYER -> requireIndex(where, LAYER, index);
            case DEVICE_COUNT ->
                count[0] = json.integer(where + ", '" + key + "'", 1, SlotLayout.MAX_RANKS);
            case DEVICES ->
                json.list(
                    where + ", '" + DEVICES + "'",
                    SlotLayout.MAX_RANKS,
                    "the devices",
                    device -> devices.add(device(where, device)));
            default -> json.skip();
          }
        });
    if (devices.isEmpty() || (count[0] >= 0 && count[0] != devices.size())) {
      throw json.wrong(
          where + " lists " + devices.size() + " devices",
          count[0] < 0 ? "at least one" : count[0] + ", as '" + DEVICE_COUNT + "' says");
    }
    return devices;
  }

  private int[] device(String layer, int index) throws IOException {
    String where = layer + ", device " + index;
    List<int[]> experts = new ArrayList<>();
    json.object(
        "an object for each device",
        key -> {
          switch (key) {
            case DEVICE -> requireIndex(where, DEVICE, index);
            case EXPERTS -> experts.add(json.integers(where, ModelShape.MAX_EXPERTS));
            default -> json.skip();
          }
        });
    if (experts.size() != 1) {
      throw json.wrong(where + " has no '" + EXPERTS + "'", "the experts of its slots");
    }
    return experts.getFirst();
  }

  /** Its readers go by the order of the lists, so an id that says otherwise would be ignored. */
  private void requireIndex(String where, String key, int index) throws IOException {
    String what = where + ", '" + key + "'";
    int id = json.integer(what);
    if (id != index) {
      throw json.wrong(what + " is " + id, index + ", its place in the list");
    }
  }

  static void write(OutputStream out, Placement placement) throws IOException {
    try (JsonGenerator json = Json.FACTORY.createGenerator(out, JsonEncoding.UTF8)) {
      json.writeStartObject();
      json.writeNumberField(COUNT, placement.layers());
      json.writeArrayFieldStart(LAYERS);
      for (int layer = 0; layer < placement.layers(); layer++) {
        json.writeRaw('\n');
        writeLayer(json, placement, layer);
      }
      json.writeEndArray();
      json.writeEndObject();
      json.writeRaw('\n');
    }
  }

  private static void writeLayer(JsonGenerator json, Placement placement, int layer)
      throws IOException {
    SlotLayout layout = placement.layout();
    json.writeStartObject();
    json.writeNumberField(LAYER, layer);
    json.writeNumberField(DEVICE_COUNT, layout.ranks());
    json.writeArrayFieldStart(DEVICES);
    for (int rank = 0; rank < layout.ranks(); rank++) {
      int first = layout.firstSlot(rank);
      int[] experts =
          IntStream.range(first, first + layout.slotsOf(rank))
              .map(slot -> placement.logicalAt(layer, slot))
              .toArray();
      json.writeRaw("\n ");
      json.writeStartObject();
      json.writeNumberField(DEVICE, rank);
      json.writeFieldName(EXPERTS);
      json.writeArray(experts, 0, experts.length);
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}

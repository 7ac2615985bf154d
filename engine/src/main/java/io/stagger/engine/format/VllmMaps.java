package io.stagger.engine.format;

import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.format.FormatReading;
import io.stagger.api.format.FormatRequest;
import io.stagger.engine.io.JsonReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads {@code {"experts": E, "local_num_experts": [R], "layers": [{"layer": n, "expert_map": [[E]
 * x R]}, ...]}}; each layer's maps are turned into slots as they come.
 */
final class VllmMaps {

  static final String EXPERTS = "experts";
  static final String LOCAL = "local_num_experts";
  static final String LAYERS = "layers";
  static final String LAYER = "layer";
  static final String MAPS = "expert_map";

  private final Path file;
  private final JsonReader json;
  private final List<Integer> numbers = new ArrayList<>();
  private final List<int[]> rows = new ArrayList<>();
  private int experts;
  private int[] local = new int[0];
  private SlotLayout layout = SlotLayout.of(0);

  private VllmMaps(Path file, JsonReader json) {
    this.file = file;
    this.json = json;
  }

  static FormatReading read(Path file, FormatRequest request) {
    List<VllmMaps> read = new ArrayList<>();
    JsonReader.read(
        file,
        json -> {
          VllmMaps maps = new VllmMaps(file, json);
          json.object("an object with the keys '" + LOCAL + "', '" + LAYERS + "'", maps::field);
          read.add(maps);
        });
    return read.getFirst().reading(request);
  }

  private FormatReading reading(FormatRequest request) {
    request.agreedRanks(layout.ranks(), file.toString());
    if (rows.isEmpty()) {
      throw json.wrong("'" + LAYERS + "' is missing or empty", "a layer at least");
    }
    return new SlotRows(file, request, layout, rows.toArray(int[][]::new))
        .withExperts(experts)
        .ofNumberedLayers(numbers);
  }

  private void field(String key) throws IOException {
    switch (key) {
      case EXPERTS -> experts = json.integer("'" + EXPERTS + "'", 1, ModelShape.MAX_EXPERTS);
      case LOCAL -> {
        local = json.integers("'" + LOCAL + "'", SlotLayout.MAX_RANKS);
        layout = layout();
      }
      case LAYERS ->
          json.list("'" + LAYERS + "'", ModelShape.MAX_LAYERS, "the MoE layers", this::layer);
      default -> json.skip();
    }
  }

  private SlotLayout layout() {
    for (int rank = 0; rank < local.length; rank++) {
      if (local[rank] < 0 || local[rank] > experts) {
        throw json.wrong(
            "'%s' of rank %d is %d".formatted(LOCAL, rank, local[rank]),
            "0 to " + experts + ", what '" + EXPERTS + "' before it says");
      }
    }
    if (local.length == 0) {
      throw json.wrong("'" + LOCAL + "' is empty", "an entry for each rank");
    }
    return SlotLayout.of(local);
  }

  private void layer(int index) throws IOException {
    if (local.length == 0) {
      throw json.wrong("'" + LAYERS + "' comes too early", "'" + EXPERTS + "' and '" + LOCAL + "'");
    }
    List<int[]> found = new ArrayList<>();
    int number = numbers.isEmpty() ? 0 : numbers.getLast() + 1;
    int[] said = {-1};
    json.object(
        "an object for each layer",
        key -> {
          switch (key) {
            case LAYER -> said[0] = json.integer("'" + LAYER + "'", number, Integer.MAX_VALUE - 1);
            case MAPS -> found.add(row(index));
            default -> json.skip();
          }
        });
    if (found.size() != 1 || said[0] < 0) {
      throw json.wrong(
          "layer " + index + " in the list is not whole", "'" + LAYER + "' and '" + MAPS + "'");
    }
    numbers.add(said[0]);
    rows.add(found.getFirst());
  }

  private int[] row(int layer) throws IOException {
    int[] row = new int[layout.slots()];
    Arrays.fill(row, Placement.EMPTY);
    int[] ranks = {0};
    String where = "layer " + layer + " in the list";
    json.list(
        where,
        layout.ranks(),
        "a map for each rank",
        rank -> {
          place(where + ", rank " + rank, rank, row);
          ranks[0]++;
        });
    if (ranks[0] != layout.ranks()) {
      throw json.wrong(
          where + " has " + ranks[0] + " maps", layout.ranks() + ", one for each rank");
    }
    return row;
  }

  private void place(String where, int rank, int[] row) throws IOException {
    int[] map = json.integers(where, experts);
    if (map.length != experts) {
      throw json.wrong(
          where + " has " + map.length + " entries", experts + ", one for each expert");
    }
    for (int expert = 0; expert < experts; expert++) {
      int slot = map[expert];
      if (slot < Placement.EMPTY || slot >= layout.slotsOf(rank)) {
        throw json.wrong(
            "%s, expert %d is in local slot %d".formatted(where, expert, slot),
            "-1 to " + (layout.slotsOf(rank) - 1));
      }
      if (slot != Placement.EMPTY) {
        int at = layout.firstSlot(rank) + slot;
        if (row[at] != Placement.EMPTY) {
          throw json.wrong(
              "%s, experts %d and %d are both in local slot %d"
                  .formatted(where, row[at], expert, slot),
              "one expert in a slot");
        }
        row[at] = expert;
      }
    }
  }
}

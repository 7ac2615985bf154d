package io.stagger.engine.io;

import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidClusterException;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.error.InvalidPlacementException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A placement in a JSON file: {@code {"physical_to_logical_map": [[...], ...]}}, a row for each
 * layer, an expert for each slot, as SGLang's {@code --init-expert-location} has it. A file that
 * Stagger wrote also holds, by these keys: {@code strategy} and {@code requested_strategy}, {@code
 * fingerprint}, {@code experts}, {@code nodes}, {@code ranks}, {@code slots_per_rank}, {@code
 * moe_layers} (the row of each MoE layer), {@code imbalance} and {@code bound} (a list, one for
 * each MoE layer).
 *
 * <p>Rows are numbered as the model's layers, dense ones included, as SGLang wants them. A dense
 * layer's row, which nothing uses, spreads the experts in order.
 *
 * <p>SGLang passes every key of the file to a function that knows no other than {@code
 * physical_to_logical_map}; {@link #writeMap} writes that key alone.
 */
public final class PlacementFile {

  private final Path file;
  private final PlacementJson json;

  private PlacementFile(Path file, PlacementJson json) {
    this.file = file;
    this.json = json;
  }

  /**
   * What a written file says beside the map.
   *
   * @param requested the strategy that was asked
   * @param effective the strategy whose placement this is
   * @param nodes nodes of the cluster
   * @param imbalances the imbalance of each MoE layer; empty if no load was given
   * @param bounds the imbalance that no placement can beat, likewise
   */
  public record Details(
      String requested, String effective, int nodes, List<Double> imbalances, List<Double> bounds) {

    /** Keeps its own lists. */
    public Details {
      imbalances = List.copyOf(imbalances);
      bounds = List.copyOf(bounds);
    }
  }

  /**
   * Reads a file.
   *
   * @throws InvalidPlacementException if it cannot be read, is malformed or too large
   */
  public static PlacementFile open(Path file) {
    return new PlacementFile(file, PlacementJson.read(file));
  }

  /**
   * Reads the placement of a model on a cluster. What the file does not say (ranks, experts, which
   * rows are MoE layers) is taken from these; what it says is believed, and left to the validator
   * to compare.
   *
   * @throws InvalidPlacementException if the file is unusable or its fingerprint is not that of its
   *     placement
   */
  public static Placement read(Path file, ModelShape model, Cluster cluster) {
    return open(file).placement(model, cluster);
  }

  /** The strategy whose placement this is, if the file says so. */
  public Optional<String> strategy() {
    return Optional.ofNullable(json.strategy);
  }

  /** The fingerprint that the file claims. */
  public Optional<String> fingerprint() {
    return Optional.ofNullable(json.fingerprint);
  }

  /** How many nodes the file says there are; 1 if it does not. */
  public int nodes() {
    return json.nodes == 0 ? 1 : json.nodes;
  }

  /** The rows of the map, as they are in the file; the caller's own copies. */
  public int[][] map() {
    return Arrays.stream(json.map).map(int[]::clone).toArray(int[][]::new);
  }

  /** The row of each MoE layer, which is its number in the model, if the file says so. */
  public Optional<List<Integer>> moeLayers() {
    return Optional.ofNullable(json.moeLayers).map(rows -> IntStream.of(rows).boxed().toList());
  }

  /** How many slots a layer has; 0 if there is no layer. */
  public int slots() {
    return json.map.length == 0 ? 0 : json.map[0].length;
  }

  /**
   * The ranks and their slots, if the file says so.
   *
   * @throws InvalidPlacementException if what it says is impossible or contradicts itself
   */
  public Optional<SlotLayout> layout() {
    try {
      if (json.slotsPerRank.length > 0) {
        requireRanks(json.slotsPerRank.length);
        return Optional.of(SlotLayout.of(json.slotsPerRank));
      }
      return json.ranks == 0 ? Optional.empty() : Optional.of(SlotLayout.even(json.ranks, slots()));
    } catch (InvalidClusterException e) {
      Diagnosis said = e.diagnosis();
      throw PlacementJson.wrong(file, said.problem(), said.expected(), said.remedy());
    }
  }

  private void requireRanks(int listed) {
    if (json.ranks != 0 && json.ranks != listed) {
      throw PlacementJson.wrong(
          file,
          "'slots_per_rank' lists " + listed + " ranks",
          json.ranks + ", as 'ranks' says",
          "");
    }
  }

  /** Likewise for a given model and cluster, see {@link #read}. */
  public Placement placement(ModelShape model, Cluster cluster) {
    return placement(model, cluster.layout());
  }

  /** Likewise for a given model, on ranks that are given where the file does not say them. */
  public Placement placement(ModelShape model, SlotLayout otherwise) {
    return placement(rows(model), json.experts == 0 ? model.experts() : json.experts, otherwise);
  }

  /**
   * The placement by what the file says alone.
   *
   * @throws InvalidInputException if the file does not say how many ranks there are
   */
  public Placement placement() {
    SlotLayout layout =
        layout()
            .orElseThrow(() ->
                new InvalidInputException(
                    Diagnosis.of("does not say how many ranks there are", file.toString())
                        .remedy("Give the number of ranks")));
    return placement(layout);
  }

  /**
   * The placement on ranks that are given; the experts, where the file does not say, are those it
   * mentions.
   */
  public Placement placement(SlotLayout layout) {
    int[] rows =
        json.moeLayers == null ? IntStream.range(0, json.map.length).toArray() : json.moeLayers;
    return placement(rows, json.experts == 0 ? mentioned() : json.experts, layout);
  }

  private int mentioned() {
    int highest = 0;
    for (int[] row : json.map) {
      highest = Math.max(highest, IntStream.of(row).max().orElse(0));
    }
    return highest + 1;
  }

  private Placement placement(int[] rows, int experts, SlotLayout otherwise) {
    int[][] map = new int[rows.length][];
    for (int layer = 0; layer < rows.length; layer++) {
      map[layer] = json.map[rows[layer]];
    }
    Placement placement;
    try {
      placement = Placement.of(layout().orElse(otherwise), experts, map);
    } catch (InvalidPlacementException e) {
      throw new InvalidPlacementException(e.diagnosis().at(file.toString()), e.violations(), e);
    }
    if (json.fingerprint != null && !json.fingerprint.equals(placement.fingerprint())) {
      throw PlacementJson.wrong(
          file,
          "the fingerprint is that of another placement: " + json.fingerprint,
          placement.fingerprint(),
          "The map was changed after it was written; remove the key 'fingerprint' if that is"
              + " meant");
    }
    return placement;
  }

  /** The row of each MoE layer. */
  private int[] rows(ModelShape model) {
    int rows = json.map.length;
    if (json.moeLayers != null) {
      return json.moeLayers;
    }
    if (rows == model.layers()) {
      return IntStream.range(0, rows).toArray();
    }
    if (model.layers() > 0 && rows > model.moeLayers().getLast()) {
      return model.moeLayers().stream().mapToInt(Integer::intValue).toArray();
    }
    throw PlacementJson.wrong(
        file,
        rows + " layers",
        model.layers() + ", one for each MoE layer, or one for each layer of the model",
        "");
  }

  /**
   * Writes a placement with all that Stagger knows of it.
   *
   * @throws InvalidInputException if the file cannot be written
   */
  public static void write(Path file, ModelShape model, Placement placement, Details details) {
    requireFits(file, model, placement);
    FileReplacement.write(file, out -> PlacementJson.write(out, model, placement, details));
  }

  /**
   * Writes the map alone, as SGLang's {@code --init-expert-location} has it: no other key, a row
   * for each layer of the model up to the last MoE layer.
   *
   * @param out stays open
   */
  public static void writeMap(OutputStream out, ModelShape model, Placement placement)
      throws IOException {
    PlacementJson.writeMap(out, model, placement);
  }

  private static void requireFits(Path file, ModelShape model, Placement placement) {
    if (placement.layers() != model.layers()) {
      throw new InvalidInputException(
          Diagnosis.of("a placement of " + placement.layers() + " layers", file.toString())
              .expecting(model.layers() + ", the MoE layers of " + model.name()));
    }
  }
}

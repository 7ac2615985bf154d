package io.stagger.engine.format;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonGenerator;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidPlacementException;
import io.stagger.api.format.FormatContent;
import io.stagger.api.format.FormatFeature;
import io.stagger.api.format.FormatReading;
import io.stagger.api.format.FormatRequest;
import io.stagger.api.format.PlacementFormat;
import io.stagger.api.strategy.Options;
import io.stagger.engine.io.Json;
import io.stagger.engine.io.JsonReader;
import io.stagger.engine.io.PlacementFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * SGLang's {@code --init-expert-location}: {@code {"physical_to_logical_map": [[...]]}} or {@code
 * {"logical_count": [[...]]}}, a row for each layer of the model, slots rank by rank.
 */
public final class SglangFormat implements PlacementFormat {

  private static final String MAP = "physical_to_logical_map";
  private static final String COUNT = "logical_count";

  /** For {@link java.util.ServiceLoader}. */
  public SglangFormat() {}

  @Override
  public String name() {
    return "sglang";
  }

  @Override
  public String description() {
    return "SGLang's JSON for --init-expert-location: a map, or a load that SGLang plans from.";
  }

  @Override
  public Set<FormatFeature> features() {
    return Set.of(
        FormatFeature.PLACEMENT,
        FormatFeature.LOAD,
        FormatFeature.SLOT_ORDER,
        FormatFeature.REPEATED_EXPERTS,
        FormatFeature.LAYER_NUMBERS);
  }

  @Override
  public List<String> notes() {
    return List.of(
        "a dense layer has a row that nothing uses; reading without the model takes it for an MoE"
            + " layer",
        "SGLang's .pt files are pickled Python objects and are not read");
  }

  @Override
  public FormatReading read(Path file, FormatRequest request) {
    Set<String> keys = keys(file);
    if (keys.equals(Set.of(MAP))) {
      int[][] rows = PlacementFile.open(file).map();
      int slots = rows.length == 0 ? 0 : rows[0].length;
      int ranks = request.requireRanks(file.toString());
      return new SlotRows(file, request, SlotRows.even(file, ranks, slots), rows).ofModelLayers();
    }
    if (keys.contains(COUNT) && !keys.contains(MAP)) {
      return LoadMatrix.read(file, request);
    }
    throw new InvalidPlacementException(
        Diagnosis.of("holds the keys " + keys, file.toString())
            .expecting("'" + MAP + "' alone, or '" + COUNT + "'")
            .remedy("Files that Stagger wrote with --out need no import"),
        List.of());
  }

  private static Set<String> keys(Path file) {
    Set<String> keys = new TreeSet<>();
    JsonReader.read(
        file,
        json ->
            json.object(
                "an object with the key '" + MAP + "' or '" + COUNT + "'",
                key -> {
                  if (keys.size() < 20) {
                    keys.add(key.substring(0, Math.min(60, key.length())));
                  }
                  json.skip();
                }));
    return keys;
  }

  @Override
  public List<String> write(FormatContent content, Options options, OutputStream out)
      throws IOException {
    switch (content) {
      case FormatContent.OfPlacement(var model, var placement) ->
          PlacementFile.writeMap(out, model, placement);
      case FormatContent.OfLoad(var model, var load) -> {
        try (JsonGenerator json = Json.FACTORY.createGenerator(out, JsonEncoding.UTF8)) {
          json.writeStartObject();
          json.writeFieldName(COUNT);
          LoadMatrix.write(json, model, load);
          json.writeEndObject();
          json.writeRaw('\n');
        }
      }
    }
    return List.of();
  }
}

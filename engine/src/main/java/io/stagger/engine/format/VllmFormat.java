package io.stagger.engine.format;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonGenerator;
import io.stagger.api.Placement;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.format.FormatContent;
import io.stagger.api.format.FormatFeature;
import io.stagger.api.format.FormatReading;
import io.stagger.api.format.FormatRequest;
import io.stagger.api.format.PlacementFormat;
import io.stagger.api.strategy.Options;
import io.stagger.engine.io.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * vLLM's {@code expert_map} of every layer and rank: for each logical expert its local slot on the
 * rank, -1 where it is not there, with {@code local_num_experts} beside it, as {@code
 * determine_expert_map} returns them. vLLM keeps these maps in memory only; the JSON around them is
 * Stagger's own.
 */
public final class VllmFormat implements PlacementFormat {

  /** For {@link java.util.ServiceLoader}. */
  public VllmFormat() {}

  @Override
  public String name() {
    return "vllm";
  }

  @Override
  public String description() {
    return "vLLM's expert_map and local_num_experts of each layer and rank, in JSON of Stagger's.";
  }

  @Override
  public Set<FormatFeature> features() {
    return Set.of(
        FormatFeature.PLACEMENT,
        FormatFeature.RANKS,
        FormatFeature.SLOT_ORDER,
        FormatFeature.EMPTY_SLOTS,
        FormatFeature.UNEVEN_RANKS,
        FormatFeature.LAYER_NUMBERS);
  }

  @Override
  public List<String> notes() {
    return List.of(
        "vLLM has no option that takes a placement: its static strategies are linear and"
            + " round_robin, and EPLB starts from a fixed map; these maps are for a patch or a"
            + " test of it");
  }

  @Override
  public FormatReading read(Path file, FormatRequest request) {
    return VllmMaps.read(file, request);
  }

  @Override
  public List<String> write(FormatContent content, Options options, OutputStream out)
      throws IOException {
    if (!(content instanceof FormatContent.OfPlacement(var model, var placement))) {
      throw new InvalidInputException(
          Diagnosis.of("a load", name()).expecting("a placement").remedy("Give a placement"));
    }
    try (JsonGenerator json = Json.FACTORY.createGenerator(out, JsonEncoding.UTF8)) {
      json.writeStartObject();
      json.writeNumberField(VllmMaps.EXPERTS, placement.experts());
      json.writeFieldName(VllmMaps.LOCAL);
      int[] local = placement.layout().slotsPerRank();
      json.writeArray(local, 0, local.length);
      json.writeArrayFieldStart(VllmMaps.LAYERS);
      for (int layer = 0; layer < placement.layers(); layer++) {
        writeLayer(json, placement, layer, model.moeLayers().get(layer));
      }
      json.writeEndArray();
      json.writeEndObject();
      json.writeRaw('\n');
    }
    return List.of();
  }

  private static void writeLayer(JsonGenerator json, Placement placement, int layer, int number)
      throws IOException {
    json.writeRaw('\n');
    json.writeStartObject();
    json.writeNumberField(VllmMaps.LAYER, number);
    json.writeArrayFieldStart(VllmMaps.MAPS);
    for (int rank = 0; rank < placement.ranks(); rank++) {
      json.writeRaw("\n ");
      int[] map = placement.expertMap(layer, rank);
      json.writeArray(map, 0, map.length);
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}

package io.stagger.engine.format;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonGenerator;
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
 * LMDeploy's expert statistics: a bare JSON matrix {@code [layers][experts]}, a row for each hidden
 * layer of the model, from which LMDeploy itself plans when it starts.
 */
public final class LmdeployFormat implements PlacementFormat {

  /** For {@link java.util.ServiceLoader}. */
  public LmdeployFormat() {}

  @Override
  public String name() {
    return "lmdeploy";
  }

  @Override
  public String description() {
    return "LMDeploy's expert statistics (LMDEPLOY_EPLB_EXPERTS_STATISTIC_FILE), JSON.";
  }

  @Override
  public Set<FormatFeature> features() {
    return Set.of(FormatFeature.LOAD, FormatFeature.LAYER_NUMBERS);
  }

  @Override
  public List<String> notes() {
    return List.of(
        "LMDeploy takes no placement: it plans one itself, by DeepSeek's EPLB, from these"
            + " statistics",
        "LMDeploy wants exactly a row for each hidden layer; rows end with the last MoE layer"
            + " here");
  }

  @Override
  public FormatReading read(Path file, FormatRequest request) {
    return LoadMatrix.read(file, request);
  }

  @Override
  public List<String> write(FormatContent content, Options options, OutputStream out)
      throws IOException {
    if (!(content instanceof FormatContent.OfLoad(var model, var load))) {
      throw new InvalidInputException(
          Diagnosis.of("a placement", name()).expecting("a load").remedy("Give a load"));
    }
    try (JsonGenerator json = Json.FACTORY.createGenerator(out, JsonEncoding.UTF8)) {
      LoadMatrix.write(json, model, load);
      json.writeRaw('\n');
    }
    return List.of();
  }
}

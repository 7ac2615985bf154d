package io.stagger.engine.format;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.format.FormatContent;
import io.stagger.api.format.FormatFeature;
import io.stagger.api.format.FormatReading;
import io.stagger.api.format.FormatRequest;
import io.stagger.api.format.PlacementFormat;
import io.stagger.api.strategy.Options;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** vLLM-Ascend's {@code expert_map.json}; see {@link DeploymentJson}. */
public final class VllmAscendFormat implements PlacementFormat {

  /** For {@link java.util.ServiceLoader}. */
  public VllmAscendFormat() {}

  @Override
  public String name() {
    return "vllm-ascend";
  }

  @Override
  public String description() {
    return "vLLM-Ascend's JSON for expert_map_path.";
  }

  @Override
  public Set<FormatFeature> features() {
    return Set.of(
        FormatFeature.PLACEMENT,
        FormatFeature.RANKS,
        FormatFeature.SLOT_ORDER,
        FormatFeature.REPEATED_EXPERTS);
  }

  @Override
  public List<String> notes() {
    return List.of("layer_id and device_id must be the places in their lists, by which it is read");
  }

  @Override
  public FormatReading read(Path file, FormatRequest request) {
    return DeploymentJson.read(file, request);
  }

  @Override
  public List<String> write(FormatContent content, Options options, OutputStream out)
      throws IOException {
    if (!(content instanceof FormatContent.OfPlacement(_, var placement))) {
      throw new InvalidInputException(
          Diagnosis.of("a load", name())
              .expecting("a placement")
              .remedy("vLLM-Ascend takes no loads; plan a placement from it"));
    }
    DeploymentJson.write(out, placement);
    return List.of();
  }
}

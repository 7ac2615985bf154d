package io.stagger.engine.format;

import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.format.FormatContent;
import io.stagger.api.format.FormatFeature;
import io.stagger.api.format.FormatReading;
import io.stagger.api.format.FormatRequest;
import io.stagger.api.format.PlacementFormat;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.Options;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * TensorRT-LLM's {@code moe_load_balancer.yaml}: the experts of {@code num_slots} slots, rank by
 * rank, for each MoE layer by its number in the model.
 */
public final class TensorRtLlmFormat implements PlacementFormat {

  private static final String UPDATES = TensorRtLlmYaml.UPDATES;

  /** For {@link java.util.ServiceLoader}. */
  public TensorRtLlmFormat() {}

  @Override
  public String name() {
    return "tensorrt-llm";
  }

  @Override
  public String description() {
    return "TensorRT-LLM's YAML for moe_config.load_balancer.";
  }

  @Override
  public Set<FormatFeature> features() {
    return Set.of(
        FormatFeature.PLACEMENT,
        FormatFeature.SLOT_ORDER,
        FormatFeature.REPEATED_EXPERTS,
        FormatFeature.LAYER_NUMBERS);
  }

  @Override
  public List<String> notes() {
    return List.of(
        "a file without initial_global_assignments leaves the placement to TensorRT-LLM, and holds"
            + " none to read");
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(
        OptionSpec.integer(
            UPDATES,
            0,
            0,
            ModelShape.MAX_LAYERS,
            "Layers that TensorRT-LLM migrates per iteration; 0 keeps the placement as it is."));
  }

  @Override
  public FormatReading read(Path file, FormatRequest request) {
    TensorRtLlmYaml yaml = TensorRtLlmYaml.read(file);
    int ranks =
        yaml.ranks().isPresent()
            ? request.agreedRanks(yaml.ranks().getAsInt(), file.toString())
            : request.requireRanks(file.toString());
    SlotLayout layout = SlotRows.even(file, ranks, yaml.slots());
    SlotRows rows =
        new SlotRows(file, request, layout, yaml.layers().values().toArray(int[][]::new));
    if (yaml.updates() > 0) {
      rows.note(
          "%s: %d is no part of a placement; give the option %s=%d to write it again"
              .formatted(UPDATES, yaml.updates(), UPDATES, yaml.updates()));
    }
    return rows.ofNumberedLayers(List.copyOf(yaml.layers().keySet()));
  }

  @Override
  public List<String> write(FormatContent content, Options options, OutputStream out)
      throws IOException {
    if (!(content instanceof FormatContent.OfPlacement(var model, var placement))) {
      throw new InvalidInputException(
          Diagnosis.of("a load", name())
              .expecting("a placement")
              .remedy("TensorRT-LLM takes no loads; plan a placement from it"));
    }
    long updates = options.integer(UPDATES);
    out.write(text(model, placement, updates).getBytes(StandardCharsets.UTF_8));
    return updates == 0
        ? List.of()
        : List.of("TensorRT-LLM starts from this placement and goes on to change it");
  }

  private static String text(ModelShape model, Placement placement, long updates) {
    StringBuilder yaml = new StringBuilder("initial_global_assignments:");
    yaml.append(model.layers() == 0 ? " {}\n" : "\n");
    for (int layer = 0; layer < model.layers(); layer++) {
      String experts =
          Arrays.stream(placement.physicalToLogical(layer))
              .mapToObj(Integer::toString)
              .collect(Collectors.joining(", "));
      yaml.append("  ").append(model.moeLayers().get(layer));
      yaml.append(": [").append(experts).append("]\n");
    }
    yaml.append("num_slots: ").append(placement.slots()).append('\n');
    return yaml.append(UPDATES + ": ").append(updates).append('\n').toString();
  }
}

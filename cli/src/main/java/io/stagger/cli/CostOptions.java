package io.stagger.cli;

import io.stagger.api.HuggingFaceConfig;
import io.stagger.api.ModelShape;
import io.stagger.engine.io.ModelFile;
import io.stagger.engine.simulator.cost.CostModel;
import io.stagger.engine.simulator.cost.ExpertSizes;
import io.stagger.engine.simulator.cost.HardwareFile;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What a step takes: the machines, and the sizes of the experts. */
final class CostOptions {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      order = 12,
      names = "--hardware",
      paramLabel = "NAME|FILE",
      description =
          "The machines, for times: h20x8, h100x8, or a file as docs/simulator.md describes.")
  private @Nullable String hardware;

  @Option(
      order = 12,
      names = "--model",
      paramLabel = "FILE",
      description = "The model's config.json, or its folder, for the sizes of its experts.")
  private @Nullable Path model;

  @Option(
      order = 12,
      names = "--hidden",
      paramLabel = "N",
      description = "Width of the hidden states, instead of --model.")
  private @Nullable Integer hidden;

  @Option(
      order = 12,
      names = "--intermediate",
      paramLabel = "N",
      description = "Width of a routed expert, instead of --model.")
  private @Nullable Integer intermediate;

  @Option(
      order = 12,
      names = "--weight-bytes",
      paramLabel = "X",
      defaultValue = "2",
      description = "Bytes of a weight; default ${DEFAULT-VALUE}.")
  private double weightBytes;

  @Option(
      order = 12,
      names = "--activation-bytes",
      paramLabel = "X",
      defaultValue = "2",
      description =
          "Bytes of an element of a hidden state that is sent to an expert; default"
              + " ${DEFAULT-VALUE}.")
  private double activationBytes;

  @SuppressWarnings("NullAway.Init") // picocli sets the field before it runs the command
  CostOptions() {}

  /**
   * The cost model; empty without {@code --hardware}.
   *
   * @param traced the model that the trace names, which that of {@code --model} must be
   */
  Optional<CostModel> costs(ModelShape traced) {
    if (hardware == null) {
      return Optional.empty();
    }
    return Optional.of(new CostModel(HardwareFile.read(hardware), sizes(traced)));
  }

  private ExpertSizes sizes(ModelShape traced) {
    if (hidden != null && intermediate != null && model == null) {
      return new ExpertSizes(hidden, intermediate, weightBytes, activationBytes);
    }
    if (model == null || hidden != null || intermediate != null) {
      throw usage("How large are the experts? Give --model, or --hidden and --intermediate.");
    }
    HuggingFaceConfig config = ModelFile.read(model);
    ModelShape shape = config.shape();
    if (shape.layers() != traced.layers()
        || shape.experts() != traced.experts()
        || shape.topK() != traced.topK()) {
      throw usage(
          "--model is %s, but the trace's is %s."
              .formatted(Shapes.describe(shape), Shapes.describe(traced)));
    }
    return config
        .moe()
        .map(moe ->
            new ExpertSizes(moe.hiddenSize(), moe.intermediateSize(), weightBytes, activationBytes))
        .orElseThrow(() ->
            usage(
                "--model says nothing of its experts that Stagger understands: give --hidden"
                    + " and --intermediate."));
  }

  private ParameterException usage(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}

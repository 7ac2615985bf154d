package io.stagger.cli;

import io.stagger.api.ModelShape;
import io.stagger.engine.io.ModelFile;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which model: a Hugging Face {@code config.json}, or its sizes. */
final class ModelOptions {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      order = -2, // before those that give no order, which is -1
      names = "--model",
      paramLabel = "FILE",
      description = "The model's config.json, or the folder that holds it.")
  private @Nullable Path file;

  @ArgGroup(exclusive = false)
  private @Nullable Sizes sizes;

  @SuppressWarnings("NullAway.Init") // picocli sets the field before it runs the command
  ModelOptions() {}

  private static final class Sizes {

    @Option(
        names = "--layers",
        paramLabel = "N",
        required = true,
        description = "MoE layers of the model, instead of --model.")
    private int layers;

    @Option(
        names = "--experts",
        paramLabel = "N",
        required = true,
        description = "Logical experts of a layer.")
    private int experts;

    @Option(
        names = "--top-k",
        paramLabel = "N",
        defaultValue = "1",
        description = "Experts that a token is routed to; default ${DEFAULT-VALUE}.")
    private int topK;

    @Option(
        names = "--groups",
        paramLabel = "N",
        defaultValue = "1",
        description = "Expert groups of the router; default ${DEFAULT-VALUE}, which means none.")
    private int groups;

    @Option(
        names = "--top-groups",
        paramLabel = "N",
        description = "Groups that a token may choose from; default all.")
    private @Nullable Integer topGroups;

    private ModelShape shape() {
      int chosen = topGroups == null ? groups : topGroups;
      return ModelShape.of(layers, experts, topK, groups, chosen);
    }
  }

  /** The model; empty if none was named. */
  Optional<ModelShape> shape() {
    if (file != null && sizes != null) {
      throw usage("Two models: give --model, or --layers and --experts, but not both.");
    }
    return sizes == null
        ? Optional.ofNullable(file).map(path -> ModelFile.read(path).shape())
        : Optional.of(sizes.shape());
  }

  /** The model that a command cannot do without. */
  ModelShape requireShape() {
    return shape()
        .orElseThrow(() -> usage("Which model? Give --model FILE, or --layers and --experts."));
  }

  private ParameterException usage(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}

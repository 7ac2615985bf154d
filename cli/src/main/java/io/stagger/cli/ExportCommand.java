package io.stagger.cli;

import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.format.FormatContent;
import io.stagger.engine.Stagger;
import io.stagger.engine.io.LoadFile;
import io.stagger.engine.io.PlacementFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a placement or a load for another system. */
@Command(
    name = "export",
    description = {
      "Write a placement, or a load, as a file of another system, and say what that cannot carry.",
      "The file is read back and compared before it takes its place.",
    },
    footer = {
      "  stagger export --format tensorrt-llm placement.json \\",
      "      --out moe_load_balancer.yaml",
      "  stagger export --format vllm-ascend placement.json --out expert_map.json",
      "  stagger export --format lmdeploy --load load.json --model config.json \\",
      "      --out statistic.json",
    })
final class ExportCommand implements Callable<Integer> {

  @Mixin private final FormatOptions format = new FormatOptions();
  @Mixin private final ModelOptions modelOptions = new ModelOptions();
  @Mixin private final OutputOptions output = new OutputOptions();
  @Mixin private final ConfigurationOptions configuration = new ConfigurationOptions();

  @Parameters(
      paramLabel = "PLACEMENT",
      arity = "0..1",
      description = "A placement that Stagger wrote, or another JSON map with --ranks.")
  private @Nullable Path placementFile;

  @Option(
      names = "--load",
      paramLabel = "FILE",
      description = "A load, instead of a placement, for formats that carry one.")
  private @Nullable Path loadFile;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      required = true,
      description = "Where to write the other system's file.")
  private Path out;

  @Option(
      names = "--ranks",
      paramLabel = "N",
      description = "Ranks over all nodes, if the placement's file does not say it.")
  private @Nullable Integer ranks;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields before it runs the command
  ExportCommand() {}

  @Override
  public Integer call() {
    try (Stagger stagger = Stagger.open(configuration.builder().build())) {
      FormatContent content = content();
      List<String> notes =
          stagger.interchange().write(format.name(), out, content, format.options());
      output.print(new InterchangeReport(format.name(), content, notes, out));
    }
    return ExitCode.OK;
  }

  private FormatContent content() {
    if (placementFile != null && loadFile == null) {
      return placed(PlacementFile.open(placementFile));
    }
    if (placementFile == null && loadFile != null) {
      ModelShape model = modelOptions.requireShape();
      return new FormatContent.OfLoad(model, LoadFile.read(loadFile, model));
    }
    throw new ParameterException(
        spec.commandLine(), "Which content? Give either PLACEMENT or --load FILE.");
  }

  private FormatContent placed(PlacementFile file) {
    Optional<ModelShape> named = modelOptions.shape();
    Placement placement = placement(file, named);
    ModelShape model =
        named.orElseGet(() ->
            new ModelShape(
                "unnamed",
                file.moeLayers().orElseGet(() -> numbers(placement.layers())),
                placement.experts(),
                1,
                1,
                1));
    return new FormatContent.OfPlacement(model, placement);
  }

  private static List<Integer> numbers(int layers) {
    return IntStream.range(0, layers).boxed().toList();
  }

  private Placement placement(PlacementFile file, Optional<ModelShape> model) {
    SlotLayout layout =
        file.layout()
            .or(() -> Optional.ofNullable(ranks).map(n -> SlotLayout.even(n, file.slots())))
            .orElseThrow(() ->
                new ParameterException(
                    spec.commandLine(),
                    placementFile + " does not say how many ranks there are; give --ranks N."));
    return model
        .map(shape -> file.placement(shape, layout))
        .orElseGet(() -> file.placement(layout));
  }
}

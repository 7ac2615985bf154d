package io.stagger.cli;

import io.stagger.api.Cluster;
import io.stagger.api.SlotLayout;
import io.stagger.api.format.FormatContent;
import io.stagger.api.format.FormatReading;
import io.stagger.engine.Stagger;
import io.stagger.engine.io.LoadFile;
import io.stagger.engine.io.PlacementFile;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Reads a placement or a load of another system. */
@Command(
    name = "import",
    description = {
      "Turn another system's placement or load into a file of Stagger's, checked.",
      "What the file does not say, such as the ranks, comes from the options.",
    },
    footer = {
      "  stagger import --format vllm-ascend expert_map.json --out placement.json",
      "  stagger import --format sglang init.json --model config.json --ranks 16 \\",
      "      --out placement.json",
      "  stagger import --format lmdeploy statistic.json --model config.json \\",
      "      --out load.json",
    })
final class ImportCommand implements Callable<Integer> {

  @Mixin private final FormatOptions format = new FormatOptions();
  @Mixin private final ModelOptions modelOptions = new ModelOptions();
  @Mixin private final OutputOptions output = new OutputOptions();
  @Mixin private final ConfigurationOptions configuration = new ConfigurationOptions();

  @Parameters(paramLabel = "FILE", description = "A file of the other system, or a folder.")
  private Path file;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      required = true,
      description = "Where to write what the file holds, a placement or a load.")
  private Path out;

  @Option(
      names = "--ranks",
      paramLabel = "N",
      description = "Ranks over all nodes, for formats that do not say it.")
  private @Nullable Integer ranks;

  @Option(
      names = "--nodes",
      paramLabel = "N",
      defaultValue = "1",
      description = "Nodes, which no format says; default ${DEFAULT-VALUE}.")
  private int nodes;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields before it runs the command
  ImportCommand() {}

  @Override
  public Integer call() {
    try (Stagger stagger = Stagger.open(configuration.builder().build())) {
      FormatReading reading =
          stagger
              .interchange()
              .read(
                  format.name(),
                  file,
                  modelOptions.shape(),
                  ranks == null ? OptionalInt.empty() : OptionalInt.of(ranks),
                  format.options());
      write(reading.content());
      output.print(new InterchangeReport(format.name(), reading.content(), reading.notes(), out));
    }
    return ExitCode.OK;
  }

  private void write(FormatContent content) {
    switch (content) {
      case FormatContent.OfPlacement(var model, var placement) -> {
        String origin = "import:" + format.name();
        PlacementFile.write(
            out,
            model,
            placement,
            new PlacementFile.Details(
                origin, origin, nodesOf(placement.ranks()), List.of(), List.of()));
      }
      case FormatContent.OfLoad(_, var load) -> LoadFile.write(out, load);
    }
  }

  /** Checks what was given before it is written. */
  private int nodesOf(int placementRanks) {
    return Cluster.of(nodes, SlotLayout.even(placementRanks, placementRanks)).nodes();
  }
}

package io.stagger.cli;

import io.stagger.cli.output.ProgressBar;
import io.stagger.weights.CheckpointConverter;
import io.stagger.weights.Manifest;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Turns a checkpoint into a weight store. */
@Command(
    name = "convert",
    description = {
      "Turn a Hugging Face checkpoint (safetensors) into a weight store that runtimes map.",
      "If it is interrupted, run it again: it goes on where it was.",
    },
    footer = {
      "  stagger convert ~/models/OLMoE-1B-7B olmoe-store",
      "  stagger convert samples/tiny-moe-lm/model tiny-store --json",
    })
final class ConvertCommand implements Callable<Integer> {

  @Mixin private final OutputOptions output = new OutputOptions();

  @Parameters(
      index = "0",
      paramLabel = "CHECKPOINT_DIR",
      description = "The folder of config.json and the .safetensors files.")
  private Path checkpoint;

  @Parameters(
      index = "1",
      paramLabel = "OUT_DIR",
      description = "The folder of the weight store: new, empty, or one that was interrupted.")
  private Path store;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields before it runs the command
  ConvertCommand() {}

  @Override
  public Integer call() {
    if (CheckpointConverter.isUnfinished(store)) {
      output.note("Going on with a conversion that was interrupted: " + store);
    }
    Manifest manifest;
    try (ProgressBar bar = output.progressBar()) {
      manifest = CheckpointConverter.convert(checkpoint, store, bar::progress);
    }
    output.print(new StoreReport(store, manifest, Optional.empty()));
    return ExitCode.OK;
  }
}

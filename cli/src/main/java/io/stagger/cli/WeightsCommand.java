package io.stagger.cli;

import io.stagger.api.error.WeightStoreException;
import io.stagger.cli.output.ProgressBar;
import io.stagger.weights.WeightStore;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what a weight store holds. */
@Command(
    name = "weights",
    description = "Show what a weight store holds, and with --verify whether it is undamaged.",
    footer = {"  stagger weights tiny-store", "  stagger weights tiny-store --verify --json"})
final class WeightsCommand implements Callable<Integer> {

  @Mixin private final OutputOptions output = new OutputOptions();

  @Parameters(paramLabel = "DIR", description = "The folder of the weight store.")
  private Path folder;

  @Option(
      names = "--verify",
      description = "Read every file and compare its checksum; exit code 1 if one differs.")
  private boolean verify;

  @SuppressWarnings("NullAway.Init") // picocli sets the field before it runs the command
  WeightsCommand() {}

  @Override
  public Integer call() {
    try (WeightStore store = WeightStore.open(folder)) {
      StoreReport report =
          new StoreReport(
              folder, store.manifest(), verify ? Optional.of(verify(store)) : Optional.empty());
      output.print(report);
      return report.isDamaged() ? ExitCode.NO : ExitCode.OK;
    }
  }

  private StoreReport.Verdict verify(WeightStore store) {
    try (ProgressBar bar = output.progressBar()) {
      store.verify(bar::progress);
      return StoreReport.Verdict.SOUND;
    } catch (WeightStoreException e) {
      return new StoreReport.Verdict(String.valueOf(e.getMessage()));
    }
  }
}

package io.stagger.cli;

import io.stagger.cli.output.ProgressBar;
import io.stagger.engine.trace.TraceReader;
import io.stagger.engine.trace.statistics.StatisticsSpec;
import io.stagger.engine.trace.statistics.TraceCounter;
import io.stagger.engine.trace.statistics.TraceStatistics;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what a trace holds. */
@Command(
    name = "info",
    description =
        "Show what a trace holds: its model, its tokens, how unevenly experts are chosen, and how"
            + " that changes over time.",
    footer = {
      "  stagger trace info day.arrow",
      "  stagger trace info day.arrow --window 100000 --decode-batch 256 --json",
      "  ssh gpu7 cat /traces/day.arrow | stagger trace info -",
    })
final class TraceInfoCommand implements Callable<Integer> {

  @Mixin private final OutputOptions output = new OutputOptions();

  @Option(
      names = "--window",
      paramLabel = "TOKENS",
      defaultValue = "0",
      description = "Tokens of a window; default: so many that there are 16 to 32 windows.")
  private int window;

  @Option(
      names = "--decode-batch",
      paramLabel = "TOKENS",
      defaultValue = "64",
      description =
          "Decode tokens of a batch, for the experts that a batch activates; default"
              + " ${DEFAULT-VALUE}.")
  private int decodeBatch;

  @Parameters(paramLabel = "TRACE", description = "The trace; - for standard input.")
  private Path file;

  @SuppressWarnings("NullAway.Init") // picocli sets the field before it runs the command
  TraceInfoCommand() {}

  @Override
  public Integer call() {
    StatisticsSpec spec =
        StatisticsSpec.everything()
            .withSample(0)
            .withWindowTokens(window)
            .withDecodeBatch(decodeBatch);
    try (TraceReader reader = TraceFiles.reader(file)) {
      TraceStatistics statistics = count(reader, spec);
      output.print(new TraceInfoReport(file, reader.header(), reader.bytesRead(), statistics));
    }
    return ExitCode.OK;
  }

  private TraceStatistics count(TraceReader reader, StatisticsSpec spec) {
    try (ProgressBar bar = output.progressBar()) {
      return TraceCounter.count(reader, spec, TraceFiles.progress(file, bar));
    }
  }
}

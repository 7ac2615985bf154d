package io.stagger.cli;

import io.stagger.cli.output.ProgressBar;
import io.stagger.engine.io.LoadFile;
import io.stagger.engine.trace.TraceReader;
import io.stagger.engine.trace.source.ImportResult;
import io.stagger.engine.trace.statistics.StatisticsSpec;
import io.stagger.engine.trace.statistics.TraceCounter;
import io.stagger.engine.trace.statistics.TraceStatistics;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a load of a trace. */
@Command(
    name = "load",
    description =
        "Write how often each expert is chosen, as a load file that plan and SGLang read: of all"
            + " tokens, or of a part, or window by window.",
    footer = {
      "  stagger trace load day.arrow --phase decode --out decode.json",
      "  stagger trace load day.arrow --window 100000 --out windows.json",
    })
final class TraceLoadCommand implements Callable<Integer> {

  @Mixin private final TraceCutOptions cut = new TraceCutOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Option(
      names = "--window",
      paramLabel = "TOKENS",
      defaultValue = "0",
      description = "Write a matrix for each window of so many tokens; default: their sum.")
  private int window;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      required = true,
      description = "Where to write the load.")
  private Path out;

  @Parameters(paramLabel = "TRACE", description = "The trace; - for standard input.")
  private Path file;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields before it runs the command
  TraceLoadCommand() {}

  @Override
  public Integer call() {
    StatisticsSpec spec = StatisticsSpec.loadAlone().withWindowTokens(window);
    try (TraceReader reader = TraceFiles.reader(file);
        TraceCounter counter = new TraceCounter(reader.header().model(), spec);
        ProgressBar bar = output.progressBar()) {
      cut.cut()
          .forEach(
              reader,
              batch -> {
                counter.add(batch);
                TraceFiles.progress(file, bar).accept(reader);
              });
      write(counter.statistics());
    }
    return ExitCode.OK;
  }

  private void write(TraceStatistics statistics) {
    int windows = window == 0 ? 1 : statistics.windows().size();
    if (window == 0) {
      LoadFile.write(out, statistics.load());
    } else {
      LoadFile.writeWindows(out, statistics.windows());
    }
    output.print(
        new TraceWrittenReport(
            out,
            new ImportResult(
                statistics.tokens(), Optional.empty(), OptionalInt.of(windows), List.of())));
  }
}

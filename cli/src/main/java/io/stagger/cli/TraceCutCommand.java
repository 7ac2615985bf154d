package io.stagger.cli;

import io.stagger.cli.output.ProgressBar;
import io.stagger.engine.trace.TraceReader;
import io.stagger.engine.trace.TraceWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Cuts a part out of a trace. */
@Command(
    name = "cut",
    description = "Write the tokens of a trace that meet every condition, in their order.",
    footer = {
      "  stagger trace cut day.arrow --every 2 --out even.arrow",
      "  stagger trace cut day.arrow --every 2 --remainder 1 --out odd.arrow",
      "  stagger trace cut day.arrow --phase decode --tokens 1000000:2000000 \\",
      "      --out window.arrow",
    })
final class TraceCutCommand implements Callable<Integer> {

  @Mixin private final TraceCutOptions cut = new TraceCutOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      required = true,
      description = "Where to write the part; - for standard output.")
  private Path out;

  @Parameters(paramLabel = "TRACE", description = "The trace; - for standard input.")
  private Path file;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields before it runs the command
  TraceCutCommand() {}

  @Override
  public Integer call() {
    try (TraceReader reader = TraceFiles.reader(file);
        TraceWriter writer = TraceFiles.writer(out, reader.header());
        ProgressBar bar = output.progressBar()) {
      cut.cut().copy(reader, writer, TraceFiles.progress(file, bar));
      writer.finish();
      if (!TraceFiles.isStandard(out)) {
        output.print(TraceWrittenReport.of(out, writer));
      }
    }
    return ExitCode.OK;
  }
}

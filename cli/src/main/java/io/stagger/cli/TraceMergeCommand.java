package io.stagger.cli;

import io.stagger.cli.output.ProgressBar;
import io.stagger.engine.trace.TraceWriter;
import io.stagger.engine.trace.edit.TraceMerge;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Joins traces. */
@Command(
    name = "merge",
    description = "Join traces of one model, one behind the other; sequences are numbered through.",
    footer = {"  stagger trace merge monday.arrow tuesday.arrow --out week.arrow"})
final class TraceMergeCommand implements Callable<Integer> {

  @Mixin private final OutputOptions output = new OutputOptions();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      required = true,
      description = "Where to write the joined trace; - for standard output.")
  private Path out;

  @Parameters(arity = "1..*", paramLabel = "TRACE", description = "The traces, in order.")
  private List<Path> files;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields before it runs the command
  TraceMergeCommand() {}

  @Override
  public Integer call() {
    TraceMerge merge = TraceMerge.of(files);
    try (TraceWriter writer = TraceFiles.writer(out, merge.header());
        ProgressBar bar = output.progressBar()) {
      merge.write(
          writer, reader -> bar.progress("traces", reader.bytesRead(), Math.max(1, reader.size())));
      writer.finish();
      if (!TraceFiles.isStandard(out)) {
        output.print(TraceWrittenReport.of(out, writer));
      }
    }
    return ExitCode.OK;
  }
}

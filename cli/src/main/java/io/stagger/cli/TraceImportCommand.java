package io.stagger.cli;

import io.stagger.cli.output.ProgressBar;
import io.stagger.engine.trace.Phase;
import io.stagger.engine.trace.source.ImportResult;
import io.stagger.engine.trace.source.TraceImport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Turns a recording of another system into a trace. */
@Command(
    name = "import",
    description = {
      "Turn a recording of another system into a trace.",
      "The model is asked for because no recording says how many experts there are.",
    },
    footer = {
      "  stagger trace import --format sglang dump.json --model config.json --out day.arrow",
      "  stagger trace import --format raw folder --layers 24 --experts 32 --top-k 4 \\",
      "      --out routes.arrow",
      "  stagger trace import --format vllm moe_routes.jsonl --model config.json \\",
      "      --phase prefill --out prompts.arrow",
    })
final class TraceImportCommand implements Callable<Integer> {

  @Mixin private final ModelOptions model = new ModelOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Option(
      names = "--format",
      paramLabel = "NAME",
      required = true,
      completionCandidates = Formats.class,
      description = "Whose recording it is: ${COMPLETION-CANDIDATES}.")
  private String format;

  @Option(
      names = "--phase",
      paramLabel = "NAME",
      defaultValue = "decode",
      description =
          "What tokens are whose recording does not say: prefill or decode; default"
              + " ${DEFAULT-VALUE}.")
  private Phase phase;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      required = true,
      description = "Where to write the trace; a load file where the recording holds counts alone.")
  private Path out;

  @Parameters(paramLabel = "PATH", description = "The recording, a file or a folder.")
  private Path path;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields before it runs the command
  TraceImportCommand() {}

  /** The names of all formats. */
  static final class Formats extends ArrayList<String> {

    private static final long serialVersionUID = 1L;

    Formats() {
      super(TraceImport.formats().keySet());
    }
  }

  @Override
  public Integer call() {
    ImportResult result;
    try (ProgressBar bar = output.progressBar()) {
      result = TraceImport.run(format, path, model.requireShape(), phase, out, bar::progress);
    }
    output.print(new TraceWrittenReport(out, result));
    return ExitCode.OK;
  }
}

package io.stagger.cli;

import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import io.stagger.cli.output.ProgressBar;
import io.stagger.cli.report.CompareFiles;
import io.stagger.engine.Stagger;
import io.stagger.engine.config.StaggerConfig;
import io.stagger.engine.io.FileReplacement;
import io.stagger.engine.simulator.Batching;
import io.stagger.engine.simulator.Comparison;
import io.stagger.engine.simulator.ComparisonCsv;
import io.stagger.engine.simulator.SimulationSpec;
import io.stagger.engine.simulator.Simulator;
import io.stagger.engine.simulator.replicas.Replicas;
import io.stagger.engine.trace.TraceReader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Compares strategies on a trace. */
@Command(
    name = "compare",
    description = {
      "Replay a trace through the placements of several strategies, and say what each would bring.",
      "A strategy plans with a window of the trace and is scored on the next, which it never sees;"
          + " everything is compared with linear on the same steps.",
    },
    footer = {
      "  stagger compare --trace day.arrow --strategies zigzag,eplb,balanced --ranks 8",
      "  stagger compare --trace day.arrow --strategies eplb --nodes 4 --ranks 32 \\",
      "      --slots 288 --hardware h20x8 --model config.json \\",
      "      --replicas least-loaded --csv figures.csv",
      "  stagger compare --trace day.arrow --ranks 8 --html compare.html --plots plots",
    })
final class CompareCommand implements Callable<Integer> {

  @Option(
      names = "--trace",
      paramLabel = "FILE",
      required = true,
      description = "The trace; its model is the one that is placed.")
  private Path trace;

  @Option(
      names = "--strategies",
      paramLabel = "NAME",
      split = ",",
      description = "Strategies to compare with linear; default zigzag,eplb,balanced.")
  private final List<String> strategies = new ArrayList<>();

  @Option(
      names = "--windows",
      paramLabel = "N",
      defaultValue = "4",
      description = "Windows of equally many tokens; default ${DEFAULT-VALUE}.")
  private int windows;

  @Option(
      names = "--decode-batch",
      paramLabel = "N",
      defaultValue = "64",
      description = "Sequences of a decode step over all ranks; default ${DEFAULT-VALUE}.")
  private int decodeBatch;

  @Option(
      names = "--prefill-tokens",
      paramLabel = "N",
      defaultValue = "4096",
      description = "Tokens of a prefill step over all ranks; default ${DEFAULT-VALUE}.")
  private int prefillTokens;

  @Option(
      names = "--replicas",
      paramLabel = "NAME",
      defaultValue = "hash",
      description =
          "How tokens are shared among an expert's replicas: hash, static, dynamic, least-loaded,"
              + " weighted, optimal, least-activated, or a policy of a runtime, such as nearest;"
              + " default ${DEFAULT-VALUE}.")
  private String replicas;

  @Option(
      names = "--csv",
      paramLabel = "FILE",
      description = "Write every figure of every strategy, a row each.")
  private @Nullable Path csv;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Write one page with the decision, the figures and every chart.")
  private @Nullable Path html;

  @Option(
      names = "--plots",
      paramLabel = "DIR",
      description = "Write every chart as SVG and PNG; the folder is made if need be.")
  private @Nullable Path plots;

  @Mixin private final ClusterOptions clusterOptions = new ClusterOptions();
  @Mixin private final CostOptions costOptions = new CostOptions();
  @Mixin private final OutputOptions output = new OutputOptions();
  @Mixin private final ConfigurationOptions configuration = new ConfigurationOptions();

  @SuppressWarnings("NullAway.Init") // picocli sets the fields before it runs the command
  CompareCommand() {}

  @Override
  public Integer call() {
    requireWritable();
    StaggerConfig.Builder builder = configuration.builder();
    clusterOptions.configure(builder);
    try (Stagger stagger = Stagger.open(builder.build())) {
      ModelShape model = model();
      Cluster cluster = clusterOptions.cluster(stagger.config(), model.experts());
      SimulationSpec spec =
          new SimulationSpec(
              cluster,
              strategies.isEmpty() ? List.of("zigzag", "eplb", "balanced") : strategies,
              windows,
              new Batching(decodeBatch, prefillTokens),
              Replicas.named(replicas, stagger.replicaPolicies()),
              costOptions.costs(model));
      Comparison comparison;
      try (ProgressBar bar = output.progressBar()) {
        comparison = Simulator.compare(stagger, trace, spec, bar::progress);
      }
      if (csv != null) {
        ComparisonCsv.write(csv, comparison);
      }
      draw(new CompareFiles(comparison));
      output.print(new CompareReport(comparison));
    }
    return ExitCode.OK;
  }

  /** Found out before the work, so that nobody waits for files that can't be written. */
  private void requireWritable() {
    if (html != null) {
      Path folder = html.toAbsolutePath().getParent();
      if (folder != null && !Files.isDirectory(folder)) {
        throw FileReplacement.unwritable(html, new NoSuchFileException(folder.toString()));
      }
    }
    if (plots != null) {
      new OutputFolder("--plots", plots).requireWritable();
    }
  }

  private void draw(CompareFiles files) {
    if (html != null) {
      files.writePage(html);
      output.note("page      " + html);
    }
    if (plots != null) {
      Path folder = new OutputFolder("--plots", plots).create();
      output.note("plots     " + files.writePlots(folder).size() + " files in " + folder);
    }
  }

  private ModelShape model() {
    try (TraceReader reader = TraceReader.open(trace)) {
      return reader.header().model();
    }
  }
}

package io.stagger.cli;

import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.error.InvalidLoadException;
import io.stagger.api.routing.RoutingProfile;
import io.stagger.cli.output.ProgressBar;
import io.stagger.cli.report.RunReport;
import io.stagger.engine.Plan;
import io.stagger.engine.PlanRequest;
import io.stagger.engine.Stagger;
import io.stagger.engine.config.StaggerConfig;
import io.stagger.engine.io.LoadFile;
import io.stagger.engine.text.PlacedModel;
import io.stagger.engine.text.TextFile;
import io.stagger.engine.text.TextModel;
import io.stagger.engine.text.TextRun;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs a model on a text under a placement. */
@Command(
    name = "run",
    description =
        "Run a language model on a text, its experts placed by a strategy: continue the text, score"
            + " it, and show which rank did how much.",
    footer = {
      "  stagger run --model samples/tiny-moe-lm/model --strategy zigzag --ranks 8 \\",
      "      --prompt 'To be'",
      "  stagger run --model store --strategy linear --text play.txt \\",
      "      --save-load load.json",
      "  stagger run --model store --strategy eplb --load load.json --ranks 8 \\",
      "      --slots 72 --text play.txt --json",
    })
final class RunCommand implements Callable<Integer> {

  private static final int DEFAULT_NEW_TOKENS = 64;

  @Mixin private final ClusterOptions clusterOptions = new ClusterOptions();
  @Mixin private final OutputOptions output = new OutputOptions();
  @Mixin private final ConfigurationOptions configuration = new ConfigurationOptions();

  @Option(
      names = "--model",
      paramLabel = "DIR",
      required = true,
      description =
          "A weight store, or a checkpoint, which is then converted into a temporary store.")
  private Path model = Path.of("");

  @Option(
      names = "--strategy",
      paramLabel = "NAME",
      description = "The strategy, as --set placement.strategy=NAME.")
  private @Nullable String strategy;

  @Option(
      names = "--load",
      paramLabel = "FILE",
      description =
          "Tokens per expert and layer, for strategies that need it: SGLang's JSON (logical_count),"
              + " a bare JSON matrix, or .npy.")
  private @Nullable Path loadFile;

  @Option(
      names = "--save-load",
      paramLabel = "FILE",
      description = "Write the load of this run, to plan with it: --load of run and plan.")
  private @Nullable Path savedLoad;

  @Option(
      names = "--trace",
      paramLabel = "FILE",
      description = "Record which experts every token goes to: --trace of plan, and trace info.")
  private @Nullable Path tracedTo;

  @Option(names = "--trace-weights", description = "Record the router's weights too.")
  private boolean tracedWeights;

  @ArgGroup(multiplicity = "1")
  private Input input = new Input();

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      description =
          "How many tokens to write; default: "
              + DEFAULT_NEW_TOKENS
              + " after a prompt, 0 after a"
              + " file.")
  private @Nullable Integer newTokens;

  /** A prompt or a file. */
  private static final class Input {
    @Option(names = "--prompt", paramLabel = "TEXT", description = "The text to continue.")
    private @Nullable String prompt;

    @Option(names = "--text", paramLabel = "FILE", description = "A file in UTF-8 to score.")
    private @Nullable Path file;

    String text() {
      return file == null ? String.valueOf(prompt) : TextFile.read(file);
    }
  }

  @Override
  public Integer call() {
    StaggerConfig.Builder builder = configuration.builder();
    clusterOptions.configure(builder);
    try (Stagger stagger = Stagger.open(builder.build());
        TextModel opened = open(stagger)) {
      Plan plan = plan(stagger, opened.model().shape());
      try (TraceRecording recording =
              TraceRecording.of(tracedTo, opened.model().shape(), tracedWeights);
          PlacedModel placed =
              opened.place(plan.request().cluster(), plan.placement(), recording.recorder())) {
        TextRun run = placed.run(input.text(), newTokens());
        recording.finish();
        String backend = stagger.chooseBackend().backend().name();
        if (savedLoad != null) {
          LoadFile.write(savedLoad, run.routing().load());
        }
        output.print(new RunReport(plan, run, backend, placed.runtime().description()));
      }
    }
    return ExitCode.OK;
  }

  private TextModel open(Stagger stagger) {
    try (ProgressBar bar = output.progressBar()) {
      return TextModel.open(stagger, model, bar::progress);
    }
  }

  private int newTokens() {
    if (newTokens != null) {
      return newTokens;
    }
    return input.file == null ? DEFAULT_NEW_TOKENS : 0;
  }

  private Plan plan(Stagger stagger, ModelShape shape) {
    Cluster cluster = clusterOptions.cluster(stagger.config(), shape.experts());
    Optional<Load> load = Optional.ofNullable(loadFile).map(file -> LoadFile.read(file, shape));
    try {
      return stagger.plan(
          new PlanRequest(
              shape,
              cluster,
              load,
              RoutingProfile.none(),
              Optional.empty(),
              Optional.ofNullable(strategy)));
    } catch (InvalidLoadException e) {
      if (load.isPresent()) {
        throw e;
      }
      throw new InvalidLoadException(
          e.diagnosis()
              .expecting("--load FILE")
              .remedy("To measure one, run the same model with --strategy linear --save-load FILE"),
          e);
    }
  }
}

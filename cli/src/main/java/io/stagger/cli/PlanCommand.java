package io.stagger.cli;

import io.stagger.api.Cluster;
import io.stagger.api.Migration;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.format.FormatContent;
import io.stagger.api.routing.RoutingProfile;
import io.stagger.engine.HeldOut;
import io.stagger.engine.Plan;
import io.stagger.engine.PlanRequest;
import io.stagger.engine.Stagger;
import io.stagger.engine.config.StaggerConfig;
import io.stagger.engine.explain.PlanExplanation;
import io.stagger.engine.io.LoadFile;
import io.stagger.engine.io.PlacementFile;
import io.stagger.engine.migration.MigrationPlan;
import io.stagger.engine.migration.MoveFrontier;
import io.stagger.engine.trace.statistics.StatisticsSpec;
import io.stagger.engine.trace.statistics.TraceStatistics;
import io.stagger.engine.traffic.TrafficFrontier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Plans a placement. */
@Command(
    name = "plan",
    description =
        "Decide which expert each slot holds, and say how evenly a load falls on the ranks.",
    footer = {
      "  stagger plan --layers 58 --experts 256 --top-k 8 --groups 8 --top-groups 4 \\",
      "      --ranks 32",
      "  stagger plan --model config.json --load load.json --strategy eplb \\",
      "      --nodes 4 --ranks 32 --slots 288 --out placement.json",
      "  stagger plan --model config.json --load load.json --slots 288 --explain",
      "  stagger plan --trace day.arrow --strategy eplb --ranks 8 --slots 288",
      "  stagger plan --model config.json --load monday.json --load tuesday.json \\",
      "      --set load.estimate=deviation --held-out wednesday.json",
      "  stagger plan --model config.json --load load.json --strategy steady \\",
      "      --slots 288 --previous placement.json --frontier",
      "  stagger plan --model config.json --load load.json --strategy balanced \\",
      "      --nodes 4 --ranks 32 --slots 288 --frontier",
      "  stagger plan --model config.json --load load.json --slots 288 \\",
      "      --previous placement.json --rename-ranks --out next.json",
      "  stagger plan --model config.json --ranks 16 --ranks-down 3 --slots 288 --json",
    })
final class PlanCommand implements Callable<Integer> {

  @Mixin private final ModelOptions modelOptions = new ModelOptions();
  @Mixin private final ClusterOptions clusterOptions = new ClusterOptions();
  @Mixin private final OutputOptions output = new OutputOptions();
  @Mixin private final ConfigurationOptions configuration = new ConfigurationOptions();

  @Option(
      names = "--strategy",
      paramLabel = "NAME",
      description = "The strategy, as --set placement.strategy=NAME.")
  private @Nullable String strategy;

  @Option(
      names = "--load",
      paramLabel = "FILE",
      description =
          "Tokens per expert and layer: SGLang's JSON (logical_count), a bare JSON matrix, or"
              + " .npy. Given several times: their sum, each a window of it.")
  private List<Path> loadFiles = List.of();

  @Option(
      names = "--held-out",
      paramLabel = "FILE",
      description =
          "A load that the plan is scored on but not made for; may be given several times.")
  private List<Path> heldOutFiles = List.of();

  @Option(
      names = "--trace",
      paramLabel = "FILE",
      description =
          "A trace: its load where no --load is given, and what strategies may know of routing"
              + " beyond it (windows, co-selection, transitions, routes). Its model, too.")
  private @Nullable Path traceFile;

  @Option(
      names = "--previous",
      paramLabel = "FILE",
      description = "The placement in force, for strategies that look at it.")
  private @Nullable Path previousFile;

  @Option(
      names = "--rename-ranks",
      description =
          "Let ranks that are alike exchange what the plan gives them, so that those of --previous"
              + " keep as many experts as possible: as even a plan, with fewer copies.")
  private boolean renameRanks;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Write the placement, with the strategy, the bounds and so on, as JSON.")
  private @Nullable Path out;

  @Option(
      names = "--out-sglang",
      paramLabel = "FILE",
      description =
          "Write the map alone, for SGLang's --init-expert-location; the same as 'stagger export"
              + " --format sglang'.")
  private @Nullable Path sglangOut;

  @Option(
      names = "--explain",
      description =
          "Say what the plan does, what limits it and what would help; makes a few plans more to"
              + " compare with.")
  private boolean explain;

  @Option(
      names = "--frontier",
      description =
          "Instead of a plan, print a table of plans. For strategies with an option 'moves': how"
              + " even the placement of --previous can become for how many moves, from none to"
              + " every slot. With an option 'traffic': how even for how many nodes that a token"
              + " visits.")
  private boolean frontier;

  @Spec private CommandSpec command;

  @SuppressWarnings("NullAway.Init") // picocli sets the field before it runs the command
  PlanCommand() {}

  @Override
  public Integer call() {
    if (frontier && (explain || out != null || sglangOut != null)) {
      throw new ParameterException(
          command.commandLine(),
          "--frontier makes no plan to explain or write: leave out --explain, --out and"
              + " --out-sglang.");
    }
    if (renameRanks && previousFile == null) {
      throw new ParameterException(
          command.commandLine(),
          "--rename-ranks needs the placement in force: give it with --previous.");
    }
    StaggerConfig.Builder builder = configuration.builder();
    clusterOptions.configure(builder);
    try (Stagger stagger = Stagger.open(builder.build())) {
      Optional<TraceStatistics> trace =
          Optional.ofNullable(traceFile)
              .map(file ->
                  TraceFiles.count(file, StatisticsSpec.everything(), output.progressBar()));
      ModelShape model =
          modelOptions
              .shape()
              .or(() -> trace.map(TraceStatistics::model))
              .orElseGet(modelOptions::requireShape);
      Cluster cluster = clusterOptions.cluster(stagger.config(), model.experts());
      Optional<LoadFile> load =
          loadFiles.isEmpty() ? Optional.empty() : Optional.of(LoadFile.openAll(loadFiles, model));
      Optional<Placement> previous =
          Optional.ofNullable(previousFile).map(file -> PlacementFile.read(file, model, cluster));
      PlanRequest request =
          new PlanRequest(
              model,
              cluster,
              load.map(LoadFile::load).or(() -> trace.map(TraceStatistics::load)),
              routing(load, trace),
              previous,
              Optional.ofNullable(strategy));
      if (frontier) {
        output.print(
            TrafficFrontier.isFor(stagger, request)
                ? new TrafficFrontierReport(TrafficFrontier.of(stagger, request))
                : new MoveFrontierReport(MoveFrontier.of(stagger, request)));
        return ExitCode.OK;
      }
      Plan planned = stagger.plan(request);
      // What is on ranks that are down alone can't be copied: no figure then, unless it is asked
      // for.
      Optional<MigrationPlan> renamed =
          previous
              .filter(_ -> renameRanks || cluster.ranksUp().length == cluster.ranks())
              .map(from -> MigrationPlan.between(from, planned.placement(), cluster));
      Plan plan = renameRanks ? planned.withPlacement(renamed.orElseThrow().to()) : planned;
      output.print(
          new PlanReport(
              plan,
              load,
              heldOut(plan),
              previous.map(from -> Migration.between(from, plan.placement())),
              renamed,
              explain
                  ? Optional.of(new PlanExplanationLines(plan, PlanExplanation.of(stagger, plan)))
                  : Optional.empty(),
              write(stagger, plan)));
    }
    return ExitCode.OK;
  }

  /** What the trace tells, but for the windows of a load that was given beside it. */
  private static RoutingProfile routing(Optional<LoadFile> load, Optional<TraceStatistics> trace) {
    RoutingProfile profile = trace.map(TraceStatistics::profile).orElseGet(RoutingProfile::none);
    return load.map(LoadFile::history).map(profile::withWindows).orElse(profile);
  }

  private List<HeldOut> heldOut(Plan plan) {
    return heldOutFiles.stream()
        .map(file -> HeldOut.of(plan, file.toString(), LoadFile.read(file, plan.request().model())))
        .toList();
  }

  private List<Path> write(Stagger stagger, Plan plan) {
    List<Path> written = new ArrayList<>();
    if (sglangOut != null) {
      stagger
          .interchange()
          .write(
              "sglang",
              sglangOut,
              new FormatContent.OfPlacement(plan.request().model(), plan.placement()),
              Map.of());
      written.add(sglangOut);
    }
    if (out != null) {
      plan.write(out);
      written.add(out);
    }
    return written;
  }
}

package io.stagger.cli;

import io.stagger.api.ModelShape;
import io.stagger.api.error.ConfigurationException;
import io.stagger.api.error.Diagnosis;
import io.stagger.cli.output.ProgressBar;
import io.stagger.engine.Stagger;
import io.stagger.engine.bench.PlanBench;
import io.stagger.engine.bench.PlanCase;
import io.stagger.engine.config.StaggerConfig;
import io.stagger.engine.io.LoadFile;
import io.stagger.engine.plugin.StrategyEntry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures strategies. */
@Command(
    name = "plan",
    description = {
      "Measure every strategy on every case: what a plan costs in a warm process, and how even it"
          + " is.",
      "Without --load the cases are r1, v2, q3, mix and fleet: the shapes of DeepSeek-R1 and V2,"
          + " Qwen3-235B, Mixtral, and of 1,024 experts on 256 ranks, with loads made up.",
    },
    footer = {
      "  stagger bench plan",
      "  stagger bench plan --strategy eplb --case r1 --seconds 5",
      "  stagger bench plan --model config.json --load prefill.json --load decode.json \\",
      "      --nodes 4 --ranks 32 --slots 288 --json",
    })
final class BenchPlanCommand implements Callable<Integer> {

  private static final double MAX_SECONDS = 3600;
  private static final double NANOS = 1e9;

  @Mixin private final ModelOptions modelOptions = new ModelOptions();
  @Mixin private final ClusterOptions clusterOptions = new ClusterOptions();
  @Mixin private final OutputOptions output = new OutputOptions();
  @Mixin private final ConfigurationOptions configuration = new ConfigurationOptions();

  @Option(
      names = "--strategy",
      paramLabel = "NAME",
      split = ",",
      description = "A strategy to measure; default all. May be repeated.")
  private final List<String> strategies = new ArrayList<>();

  @Option(
      names = "--case",
      paramLabel = "NAME",
      split = ",",
      description = "A case to measure, of those without --load; default all. May be repeated.")
  private final List<String> cases = new ArrayList<>();

  @Option(
      names = "--load",
      paramLabel = "FILE",
      description =
          "A load to plan for, as for 'stagger plan', with the model and the cluster that the other"
              + " options name. May be repeated.")
  private final List<Path> loads = new ArrayList<>();

  @Option(
      names = "--seconds",
      paramLabel = "X",
      defaultValue = "1",
      description =
          "How long to measure a strategy on a case, half of it to warm up; default"
              + " ${DEFAULT-VALUE}.")
  private double seconds;

  @Override
  public Integer call() {
    StaggerConfig.Builder builder = configuration.builder();
    clusterOptions.configure(builder);
    Duration budget = budget();
    try (Stagger stagger = Stagger.open(builder.build())) {
      List<PlanCase> chosen = loads.isEmpty() ? known() : loaded(stagger.config());
      PlanBench.Result result;
      try (ProgressBar bar = output.progressBar()) {
        result = new PlanBench(stagger, budget, bar::progress).run(chosen, names(stagger));
      }
      output.print(new BenchPlanReport(result));
    }
    return ExitCode.OK;
  }

  private Duration budget() {
    if (!(seconds > 0 && seconds <= MAX_SECONDS)) {
      throw new ConfigurationException(
          Diagnosis.of(seconds + " is not allowed", "--seconds")
              .expecting("a number above 0, at most " + MAX_SECONDS));
    }
    return Duration.ofNanos((long) (seconds * NANOS));
  }

  private List<String> names(Stagger stagger) {
    return strategies.isEmpty()
        ? stagger.strategies().all().stream().map(StrategyEntry::name).toList()
        : strategies.stream().map(name -> stagger.strategies().find(name).name()).toList();
  }

  private List<PlanCase> known() {
    List<PlanCase> all = PlanCase.defaults();
    if (cases.isEmpty()) {
      return all;
    }
    Map<String, PlanCase> byName =
        all.stream()
            .collect(
                Collectors.toMap(PlanCase::name, planCase -> planCase, (a, b) -> a, TreeMap::new));
    List<PlanCase> chosen = new ArrayList<>();
    for (String name : cases) {
      PlanCase found = byName.get(name);
      if (found == null) {
        throw new ConfigurationException(
            Diagnosis.of("there is no case '" + name + "'", "--case")
                .expecting("one of " + String.join(", ", byName.keySet())));
      }
      chosen.add(found);
    }
    return chosen;
  }

  private List<PlanCase> loaded(StaggerConfig config) {
    ModelShape model = modelOptions.requireShape();
    var cluster = clusterOptions.cluster(config, model.experts());
    return loads.stream()
        .map(file -> new PlanCase(name(file), model, cluster, LoadFile.read(file, model)))
        .toList();
  }

  private static String name(Path file) {
    @Nullable Path last = file.getFileName();
    String name = String.valueOf(last);
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }
}

package io.stagger.cli;

import io.stagger.engine.Stagger;
import io.stagger.engine.plugin.StrategyEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Lists the strategies that can be chosen. */
@Command(
    name = "strategies",
    description = "List the placement strategies, their options, and the jars they come from.",
    footer = {
      "  stagger strategies",
      "  stagger strategies eplb zigzag",
      "  stagger strategies --json",
    })
final class StrategiesCommand implements Callable<Integer> {

  @Mixin private final OutputOptions output = new OutputOptions();
  @Mixin private final ConfigurationOptions configuration = new ConfigurationOptions();

  @Parameters(
      paramLabel = "NAME",
      arity = "0..*",
      description = "Strategies to describe, by name or alias; default all.")
  private final List<String> names = new ArrayList<>();

  @Override
  public Integer call() {
    try (Stagger stagger = Stagger.open(configuration.builder().build())) {
      List<StrategyEntry> chosen =
          names.isEmpty()
              ? stagger.strategies().all()
              : names.stream().map(stagger.strategies()::find).distinct().toList();
      output.print(new StrategiesReport(chosen, stagger.strategies().problems()));
    }
    return ExitCode.OK;
  }
}

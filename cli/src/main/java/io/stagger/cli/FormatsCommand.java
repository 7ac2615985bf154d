package io.stagger.cli;

import io.stagger.engine.Stagger;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists the formats of other systems. */
@Command(
    name = "formats",
    description = "List the file formats of other systems, what each can carry, and its options.",
    footer = {
      "  stagger formats",
      "  stagger formats --json",
    })
final class FormatsCommand implements Callable<Integer> {

  @Mixin private final OutputOptions output = new OutputOptions();
  @Mixin private final ConfigurationOptions configuration = new ConfigurationOptions();

  @Override
  public Integer call() {
    try (Stagger stagger = Stagger.open(configuration.builder().build())) {
      output.print(new FormatsReport(stagger.formats().all(), stagger.formats().problems()));
    }
    return ExitCode.OK;
  }
}

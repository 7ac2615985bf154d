package io.stagger.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stagger.cli.output.Report;
import io.stagger.engine.Stagger;
import io.stagger.engine.config.ConfigValue;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows the configuration in force. */
@Command(
    name = "config",
    description = "Show every configuration key: its value, where that comes from, what it means.",
    footer = {
      "  stagger config",
      "  stagger config --config stagger.properties --set placement.strategy=eplb",
      "  STAGGER_PLACEMENT_STRATEGY=zigzag stagger config --json",
    })
final class ConfigCommand implements Callable<Integer> {

  @Mixin private final OutputOptions output = new OutputOptions();
  @Mixin private final ConfigurationOptions configuration = new ConfigurationOptions();

  @Override
  public Integer call() {
    try (Stagger stagger = Stagger.open(configuration.builder().build())) {
      output.print(new ConfigReport(stagger.config().values()));
    }
    return ExitCode.OK;
  }

  private record ConfigReport(List<ConfigValue> values) implements Report {

    @Override
    public void print(PrintWriter out) {
      for (ConfigValue value : values) {
        out.printf("%s = %s  (%s)%n", value.key(), value.value().orElse(""), value.origin());
        out.printf("    %s Allowed: %s.%n", value.spec().description(), value.spec().range());
      }
    }

    @Override
    public ObjectNode json() {
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      ArrayNode keys = json.putArray("keys");
      for (ConfigValue value : values) {
        keys.add(
            KeyJson.of(value.spec())
                .put("value", value.value().orElse(null))
                .put("origin", value.origin()));
      }
      return json;
    }
  }
}

package io.stagger.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.StrategyTraits;
import io.stagger.cli.output.Report;
import io.stagger.engine.config.ConfigKeys;
import io.stagger.engine.plugin.PluginProblem;
import io.stagger.engine.plugin.StrategyEntry;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * Strategies, each with what it declares of itself, and the plug-ins that are not used.
 *
 * @param strategies the strategies, in the order of printing
 * @param problems why a jar or a strategy is not among them
 */
record StrategiesReport(List<StrategyEntry> strategies, List<PluginProblem> problems)
    implements Report {

  @Override
  public void print(PrintWriter out) {
    for (StrategyEntry strategy : strategies) {
      print(strategy, out);
    }
    if (!problems.isEmpty()) {
      out.println("Not used:");
      problems.forEach(problem -> out.println("  " + problem.message()));
    }
  }

  private static void print(StrategyEntry strategy, PrintWriter out) {
    String aliases =
        strategy.aliases().isEmpty() ? "" : " (also " + String.join(", ", strategy.aliases()) + ")";
    out.println(strategy.name() + aliases);
    if (!strategy.description().isEmpty()) {
      out.println("  " + strategy.description());
    }
    String words = String.join("; ", words(strategy.traits()));
    if (!words.isEmpty()) {
      out.println("  " + words);
    }
    for (OptionSpec option : strategy.options()) {
      OptionSpec key = ConfigKeys.strategyOption(strategy.name(), option);
      String otherwise = key.defaultValue() == null ? "" : ", default " + key.defaultValue();
      out.println("  " + key.name() + ": " + key.range() + otherwise);
      out.println("      " + key.description());
    }
    out.println("  from " + strategy.origin());
    out.println();
  }

  private static List<String> words(StrategyTraits traits) {
    List<String> words = new ArrayList<>();
    if (traits.needsLoad()) {
      words.add("needs a load");
    }
    if (traits.replicates()) {
      words.add("fills spare slots with replicas");
    }
    if (traits.usesGroups()) {
      words.add("looks at expert groups");
    }
    if (traits.incremental()) {
      words.add("looks at the previous placement");
    }
    if (traits.usesRouting()) {
      words.add("looks at which experts are chosen together, and when");
    }
    return words;
  }

  @Override
  public ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode list = json.putArray("strategies");
    strategies.forEach(strategy -> list.add(json(strategy)));
    ArrayNode unused = json.putArray("problems");
    problems.forEach(problem -> unused.add(problem.message()));
    return json;
  }

  private static ObjectNode json(StrategyEntry strategy) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("name", strategy.name());
    ArrayNode aliases = json.putArray("aliases");
    strategy.aliases().forEach(aliases::add);
    json.put("description", strategy.description());
    json.put("needsLoad", strategy.traits().needsLoad());
    json.put("replicates", strategy.traits().replicates());
    json.put("usesGroups", strategy.traits().usesGroups());
    json.put("incremental", strategy.traits().incremental());
    json.put("usesRouting", strategy.traits().usesRouting());
    ArrayNode options = json.putArray("options");
    for (OptionSpec option : strategy.options()) {
      options.add(KeyJson.of(ConfigKeys.strategyOption(strategy.name(), option)));
    }
    json.put("origin", strategy.origin());
    return json;
  }
}

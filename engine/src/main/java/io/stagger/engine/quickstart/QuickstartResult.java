package io.stagger.engine.quickstart;

import io.stagger.api.HuggingFaceConfig;
import io.stagger.engine.text.RoutingStatistics;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/**
 * Everything that the quick start measured. All but {@code took} is the same in every run.
 *
 * @param model the model
 * @param texts names of the texts
 * @param measured the texts' first halves under the baseline: the load that was planned for
 * @param runs one for each contender, over the texts' second halves
 * @param took how long it all took
 */
public record QuickstartResult(
    HuggingFaceConfig model,
    List<String> texts,
    StrategyRun measured,
    List<StrategyRun> runs,
    Duration took) {

  /** Keeps its own lists. */
  public QuickstartResult {
    texts = List.copyOf(texts);
    runs = List.copyOf(runs);
  }

  /** The run that all others are compared with: the first, linear. */
  public StrategyRun baseline() {
    return runs.getFirst();
  }

  /** The run with the least imbalance, the first of equals. */
  public StrategyRun best() {
    return best(run -> true);
  }

  /** Likewise, of those that need no measured load. */
  public StrategyRun bestUnmeasured() {
    return best(run -> !run.contender().measured());
  }

  private StrategyRun best(Predicate<StrategyRun> eligible) {
    return runs.stream()
        .filter(eligible)
        .min(Comparator.comparingDouble(run -> run.balance().imbalance()))
        .orElseThrow();
  }

  /** Where the tokens of the second halves went; to which experts is the same in every run. */
  public RoutingStatistics routing() {
    return baseline().routing();
  }

  /** The digest of the output, the same in every run. */
  public String digest() {
    return baseline().score().digest();
  }
}

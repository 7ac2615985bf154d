package io.stagger.engine.simulator;

import io.stagger.engine.trace.Phase;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * What a strategy achieved.
 *
 * @param strategy its name
 * @param windows its plans, in the order of the windows that they were scored in
 * @param figures for each phase of which the scored windows have tokens; of the figures that need a
 *     cost model, only if there is one
 * @param traffic what its ranks sent each other, over all
 * @param rankLoads what its ranks had to do in each layer, over all
 */
public record StrategyScore(
    String strategy,
    List<WindowScore> windows,
    Map<Phase, Map<Figure, Measured>> figures,
    Traffic traffic,
    RankLoads rankLoads) {

  /** Keeps its own list and map. */
  public StrategyScore {
    windows = List.copyOf(windows);
    figures = Map.copyOf(figures);
  }

  /** The figures of a phase, in their order; none if the scored windows have no token of it. */
  public Map<Figure, Measured> figures(Phase phase) {
    return figures.getOrDefault(phase, Map.of());
  }

  /**
   * One figure.
   *
   * @throws java.util.NoSuchElementException if it is not known
   */
  public Measured measured(Phase phase, Figure figure) {
    return Optional.ofNullable(figures(phase).get(figure)).orElseThrow();
  }

  /** The imbalance over whole windows, the mean over windows and layers. */
  public double windowImbalance() {
    return mean(WindowScore::imbalance);
  }

  /** How far that is above what no placement could have beaten. */
  public double gap() {
    return mean(WindowScore::gap);
  }

  private double mean(ToDoubleFunction<WindowScore> figure) {
    return windows.stream().mapToDouble(figure).average().orElse(0);
  }

  /** Experts that were copied to other slots between plans, over all layers. */
  public long migratedSlots() {
    return windows.stream()
        .flatMap(window -> window.migration().stream())
        .mapToLong(migration -> migration.copies().size())
        .sum();
  }

  /** Of these, those that came from another rank. */
  public long migratedBetweenRanks() {
    return windows.stream()
        .flatMap(window -> window.migration().stream())
        .mapToLong(migration -> migration.copiesBetweenRanks())
        .sum();
  }
}

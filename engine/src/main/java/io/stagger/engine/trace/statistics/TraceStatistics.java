package io.stagger.engine.trace.statistics;

import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.routing.CoSelection;
import io.stagger.api.routing.Routes;
import io.stagger.api.routing.RoutingProfile;
import io.stagger.api.routing.Transitions;
import io.stagger.engine.trace.Phase;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** What a trace shows of a model's routing. Immutable. */
public final class TraceStatistics {

  private final ModelShape model;
  private final Map<Phase, Long> tokens;
  private final OptionalInt sequences;
  private final Map<Phase, Load> loads;
  private final long windowTokens;
  private final List<Load> windows;
  private final int decodeBatch;
  private final double[] activated;
  private final Optional<CoSelection> coSelection;
  private final Optional<Transitions> transitions;
  private final Routes routes;

  @SuppressWarnings("TooManyParameters") // what one counter hands over
  TraceStatistics(
      ModelShape model,
      Map<Phase, Long> tokens,
      OptionalInt sequences,
      Map<Phase, Load> loads,
      long windowTokens,
      List<Load> windows,
      int decodeBatch,
      double[] activated,
      Optional<CoSelection> coSelection,
      Optional<Transitions> transitions,
      Routes routes) {
    this.model = model;
    this.tokens = tokens;
    this.sequences = sequences;
    this.loads = loads;
    this.windowTokens = windowTokens;
    this.windows = windows;
    this.decodeBatch = decodeBatch;
    this.activated = activated;
    this.coSelection = coSelection;
    this.transitions = transitions;
    this.routes = routes;
  }

  /** The model. */
  public ModelShape model() {
    return model;
  }

  /** How many tokens there are. */
  public long tokens() {
    return tokens.values().stream().mapToLong(Long::longValue).sum();
  }

  /** How many tokens of a phase there are. */
  public long tokens(Phase phase) {
    return tokens.getOrDefault(phase, 0L);
  }

  /** How many sequences there are; empty if their numbers reach 2^24 and were not told apart. */
  public OptionalInt sequences() {
    return sequences;
  }

  /** Choices of each expert. */
  public Load load() {
    Load all = none();
    for (Load load : loads.values()) {
      all = all.plus(load);
    }
    return all;
  }

  /** Choices of each expert by tokens of a phase. */
  public Load load(Phase phase) {
    return loads.getOrDefault(phase, none());
  }

  private Load none() {
    return Load.uniform(model.layers(), model.experts(), 0);
  }

  /**
   * Choices of each expert group, as a load whose experts are the groups; of one group for models
   * without.
   */
  public Load groupLoad() {
    Load load = load();
    double[][] groups = new double[model.layers()][model.groups()];
    for (int layer = 0; layer < model.layers(); layer++) {
      double[] row = load.layer(layer);
      for (int expert = 0; expert < row.length; expert++) {
        groups[layer][expert / model.expertsPerGroup()] += row[expert];
      }
    }
    return Load.of(model.groups(), groups);
  }

  /** Tokens of each window but the last, which may have fewer. */
  public long windowTokens() {
    return windowTokens;
  }

  /** Choices of each expert in consecutive windows, oldest first; their sum is the load. */
  public List<Load> windows() {
    return windows;
  }

  /**
   * How much the routing changed between two consecutive windows: half the sum of the differences
   * of the experts' shares, the mean over layers. 0 if the shares are the same, 1 if no expert was
   * chosen in both.
   *
   * @param window the later one, from 1
   */
  public double drift(int window) {
    Load before = windows.get(window - 1);
    Load after = windows.get(window);
    return IntStream.range(0, model.layers())
        .mapToDouble(layer -> distance(before.layer(layer), after.layer(layer)))
        .average()
        .orElse(0);
  }

  private static double distance(double[] one, double[] other) {
    double oneSum = Arrays.stream(one).sum();
    double otherSum = Arrays.stream(other).sum();
    double sum = 0;
    for (int expert = 0; expert < one.length; expert++) {
      sum += Math.abs(one[expert] / oneSum - other[expert] / otherSum);
    }
    return sum / 2;
  }

  /** Decode tokens of a batch, for {@link #activatedExperts}. */
  public int decodeBatch() {
    return decodeBatch;
  }

  /**
   * Distinct experts of a layer that a batch of consecutive decode tokens chooses, the mean over
   * whole batches; empty if the trace has no whole batch.
   */
  public Optional<Double> activatedExperts(int layer) {
    return Optional.of(activated[layer]).filter(mean -> !mean.isNaN());
  }

  /** Which experts tokens chose together; absent if not counted. */
  public Optional<CoSelection> coSelection() {
    return coSelection;
  }

  /** From which experts tokens went to which; absent if not counted. */
  public Optional<Transitions> transitions() {
    return transitions;
  }

  /** Routes of some tokens, drawn evenly; of none if that was not asked for. */
  public Routes routes() {
    return routes;
  }

  /** All that a strategy may be told beyond the load. */
  public RoutingProfile profile() {
    return new RoutingProfile(
        windows, coSelection, transitions, Optional.of(routes).filter(some -> some.tokens() > 0));
  }
}

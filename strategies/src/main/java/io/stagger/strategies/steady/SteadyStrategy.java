package io.stagger.strategies.steady;

import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.LoadBound;
import io.stagger.api.Placement;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.Options;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.api.strategy.StrategyTraits;
import io.stagger.strategies.balanced.BalancedStrategy;
import io.stagger.strategies.steady.Frontier.Point;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Makes the placement in force more even with few moves: the best balance for a budget of moves, or
 * the fewest moves for a balance. A move is a slot copy of a {@link io.stagger.api.Migration}. The
 * budget is for all layers together and goes where a move gains most, see {@code LayerSearch} and
 * {@code Allocation}. It is never less even than the placement in force.
 *
 * <p>Ranks may differ in slots and speed, and may be down. Experts that were on no other rank get a
 * slot first, whatever the budget. A slot that was empty may stay so. Without a previous placement
 * it falls back to {@code balanced}.
 *
 * <p>Options:
 *
 * <ul>
 *   <li>{@code moves}: the share of all usable slots that may be moved;
 *   <li>{@code target}: the mean imbalance at which it ends, though there is budget left;
 *   <li>{@code effort}: sweeps of search for an exchange. More is slower, and better as a rule.
 * </ul>
 *
 * <p>The decision's facts: {@code moves}, how many slots are moved, and {@code moves.share} of the
 * usable; {@code moves.restoring}, how many of them bring lost experts back; {@code gap.mean} and
 * {@code gap.worst}, how far the layers' busiest ranks are above the lower bound, relative to it.
 */
public final class SteadyStrategy implements PlacementStrategy {

  static final String NAME = "steady";
  static final String MOVES = "moves";
  static final String TARGET = "target";
  static final String EFFORT = "effort";
  static final String NO_PREVIOUS = "NO_PREVIOUS_PLACEMENT";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "The placement in force made more even with few slots moved.";
  }

  @Override
  public StrategyTraits traits() {
    return StrategyTraits.NONE.needingLoad().replicating().workingIncrementally();
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(
        OptionSpec.decimal(MOVES, 0.1, 0, 1, "The share of the slots that may be moved."),
        OptionSpec.decimal(
            TARGET, 0, 0, 1e6, "The mean imbalance at which no more is moved; 0 for the best."),
        OptionSpec.integer(
            EFFORT, 20, 0, 10_000, "Sweeps of search for an exchange; more is slower."));
  }

  @Override
  public PlacementResult place(PlacementRequest request) {
    PlacementResult full = fullPlan(request);
    if (request.previous().isEmpty()) {
      return new PlacementResult(
          full.placement(),
          Decision.fallback(
              NAME,
              full.decision().effective(),
              NO_PREVIOUS,
              "there is no previous placement to stay near to"));
    }
    return new Steps(request, request.previous().get(), full.placement()).take();
  }

  private static PlacementResult fullPlan(PlacementRequest request) {
    BalancedStrategy balanced = new BalancedStrategy();
    return balanced.place(request.withOptions(Options.defaults(balanced.options())));
  }

  /** One request with a previous placement. */
  private static final class Steps {

    private final Load load;
    private final Cluster cluster;
    private final Options options;
    private final Placement previous;
    private final CountedSlots slots;
    private final List<Frontier> frontiers;

    Steps(PlacementRequest request, Placement previous, Placement full) {
      this.load = request.requireLoad();
      this.cluster = request.cluster();
      this.options = request.options();
      this.previous = previous;
      this.slots = new CountedSlots(cluster);
      int effort = Math.toIntExact(options.integer(EFFORT));
      // Layers are searched apart from each other, so that their order is of no account.
      this.frontiers =
          IntStream.range(0, load.layers())
              .parallel()
              .mapToObj(layer ->
                  new LayerSearch(slots, load.experts(), effort)
                      .search(
                          slots.read(previous, layer), slots.read(full, layer), load.layer(layer)))
              .toList();
    }

    PlacementResult take() {
      long usable = (long) load.layers() * slots.many();
      long budget = (long) Math.floor(options.decimal(MOVES) * usable);
      List<Point> points =
          new Allocation(frontiers, ideals()).spend(budget, options.decimal(TARGET));
      int[][] rows = new int[load.layers()][];
      for (int layer = 0; layer < rows.length; layer++) {
        rows[layer] = slots.write(points.get(layer).held(), previous.physicalToLogical(layer));
      }
      return new PlacementResult(
          Placement.of(cluster.layout(), load.experts(), rows), decision(points, usable));
    }

    private double[] ideals() {
      double speed = IntStream.of(cluster.ranksWithSlots()).mapToDouble(cluster::speed).sum();
      return IntStream.range(0, load.layers())
          .mapToDouble(layer -> speed == 0 ? 0 : load.total(layer) / speed)
          .toArray();
    }

    private Decision decision(List<Point> points, long usable) {
      long moves = points.stream().mapToLong(Point::moves).sum();
      long restoring =
          frontiers.stream().mapToLong(frontier -> frontier.points().getFirst().moves()).sum();
      double[] bounds = LoadBound.busiest(load, cluster);
      double[] gaps =
          IntStream.range(0, bounds.length)
              .mapToDouble(
                  l -> bounds[l] > 0 ? Math.max(0, points.get(l).work() / bounds[l] - 1) : 0)
              .toArray();
      return Decision.asRequested(NAME)
          .with("moves", Long.toString(moves))
          .with("moves.share", decimal(usable == 0 ? 0 : (double) moves / usable))
          .with("moves.restoring", Long.toString(restoring))
          .with("gap.mean", decimal(Arrays.stream(gaps).average().orElse(0)))
          .with("gap.worst", decimal(Arrays.stream(gaps).max().orElse(0)));
    }

    private static String decimal(double value) {
      return String.format(Locale.ROOT, "%.6f", value);
    }
  }
}

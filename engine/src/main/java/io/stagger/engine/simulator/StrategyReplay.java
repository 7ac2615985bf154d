package io.stagger.engine.simulator;

import io.stagger.api.Balance;
import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.LoadBound;
import io.stagger.api.Migration;
import io.stagger.api.Placement;
import io.stagger.api.routing.RoutingProfile;
import io.stagger.engine.Plan;
import io.stagger.engine.simulator.replicas.LayerBatch;
import io.stagger.engine.simulator.replicas.PlacedLayer;
import io.stagger.engine.simulator.replicas.ReplicaChooser;
import io.stagger.engine.trace.Phase;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One strategy's way through a trace: its plan for each window, and what its placements did with
 * the steps. Used by one thread.
 */
final class StrategyReplay {

  private final String strategy;
  private final SimulationSpec spec;
  private final LayerMeter meter;
  private final Map<Phase, BlockSeries> series = new EnumMap<>(Phase.class);
  private final List<WindowScore> scores = new ArrayList<>();
  private final List<PlacedLayer> layers = new ArrayList<>();
  private final List<ReplicaChooser> choosers = new ArrayList<>();
  private Optional<Migration> migration = Optional.empty();
  private double[][] served = {};
  private double[][] servedBefore = {};
  private int[] slots = {};
  private Tally step = new Tally();
  private @Nullable Plan plan;

  StrategyReplay(String strategy, SimulationSpec spec) {
    this.strategy = strategy;
    this.spec = spec;
    this.meter = new LayerMeter(spec.cluster(), spec.costs());
  }

  String strategy() {
    return strategy;
  }

  /** The placement in force. */
  Optional<Placement> placement() {
    return Optional.ofNullable(plan).map(Plan::placement);
  }

  /** Takes a plan for the next window. */
  void begin(Plan next) {
    Placement placement = next.placement();
    Cluster cluster = spec.cluster();
    migration = placement().map(from -> Migration.between(from, placement));
    plan = withoutRouting(next);
    served = new double[placement.layers()][cluster.ranks()];
    layers.clear();
    choosers.clear();
    Load planned = next.request().load().orElseThrow();
    for (int layer = 0; layer < placement.layers(); layer++) {
      PlacedLayer placed = PlacedLayer.of(placement, cluster, layer);
      layers.add(placed);
      choosers.add(spec.replicas().chooser(placed, planned.layer(layer)));
    }
  }

  /** What is known of a window's routing can be large, and plans are kept for all windows. */
  private static Plan withoutRouting(Plan plan) {
    return new Plan(
        plan.request().withRouting(RoutingProfile.none()),
        plan.placement(),
        plan.decision(),
        plan.origin(),
        plan.balance(),
        plan.bounds(),
        plan.took());
  }

  /** Replays a layer of a step. */
  void replay(LayerBatch batch) {
    if (slots.length < batch.choices()) {
      slots = new int[batch.choices()];
    }
    PlacedLayer layer = layers.get(batch.layer());
    ReplicaChooser chooser = choosers.get(batch.layer());
    chooser.choose(batch, slots);
    step.add(Quantity.BOUND, chooser.bound());
    meter.count(batch, layer, slots, step);
    double[] row = served[batch.layer()];
    for (int rank = 0; rank < row.length; rank++) {
      row[rank] += meter.tokens(rank);
    }
  }

  /** Ends a step, all of whose layers were replayed. */
  void endStep(Phase phase, int tokens) {
    step.add(Quantity.STEPS, 1);
    step.add(Quantity.TOKENS, tokens);
    series.computeIfAbsent(phase, _ -> new BlockSeries()).add(step);
    step = new Tally();
  }

  /** Ends a window, all of whose steps were replayed. */
  void endWindow(Load load) {
    Plan scored = Objects.requireNonNull(plan, "a window ends that never began");
    Balance balance = Balance.ofRankLoads(served, spec.cluster());
    double[] busiest = LoadBound.busiest(load, spec.cluster());
    double bound = 0;
    for (int layer = 0; layer < busiest.length; layer++) {
      double ideal = balance.ideal(layer);
      bound += ideal == 0 ? 0 : Math.max(0, busiest[layer] / ideal - 1);
    }
    scores.add(new WindowScore(scored, balance.imbalance(), bound / busiest.length, migration));
    servedBefore = sum(servedBefore, served);
  }

  /** The sum of two grids of one shape; the second where the first is empty. */
  private static double[][] sum(double[][] before, double[][] more) {
    for (int layer = 0; layer < before.length; layer++) {
      for (int rank = 0; rank < before[layer].length; rank++) {
        more[layer][rank] += before[layer][rank];
      }
    }
    return more;
  }

  /** The steps of a phase; of none, if there were none. */
  BlockSeries series(Phase phase) {
    return series.getOrDefault(phase, new BlockSeries());
  }

  StrategyScore score(Map<Phase, Map<Figure, Measured>> figures) {
    return new StrategyScore(
        strategy, scores, figures, meter.traffic(), RankLoads.of(servedBefore, spec.cluster()));
  }
}

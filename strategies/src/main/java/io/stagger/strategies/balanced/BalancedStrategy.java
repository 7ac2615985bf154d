package io.stagger.strategies.balanced;

import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.LoadBound;
import io.stagger.api.NodeSpread;
import io.stagger.api.Placement;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.api.strategy.StrategyTraits;
import java.util.List;
import java.util.Optional;

/**
 * Places experts by measured load so that the busiest rank of each layer has as little work as can
 * be, and says how far from the proven bound that is. Each layer is planned by itself, see {@code
 * LayerPlanner} for the steps. With the option {@code traffic}, balance is weighed against the
 * nodes that a token visits, see {@code TrafficPlanner}.
 *
 * <p>Ranks may differ in slots and speed, and may be down. Every usable slot is filled. A rank
 * holds an expert twice only if it has more slots than there are experts; such slots then repeat
 * the lightest.
 *
 * <p>Options:
 *
 * <ul>
 *   <li>{@code effort}: steps of search a slot; a layer of fewer than 256 slots may take as many as
 *       one of 256, or of 32 where every rank has two slots. More is never worse, and takes longer
 *       where the bound is not met. With {@code traffic}, 300 times as many come on top; these may
 *       start from another plan then, and more is only mostly better.
 *   <li>{@code tolerance}: how far above the lower bound, relative to it, is good enough.
 *   <li>{@code prove}: search small layers (64 experts at most) exhaustively; their plans are then
 *       optimal but for the tolerance, and proven to be. Takes up to seconds a layer.
 *   <li>{@code traffic}: how much imbalance it is worth that a token visits one node less for each
 *       group that it chooses; a layer's plan then has as little of imbalance + {@code traffic} *
 *       (spread - 1) as is found, the spread being {@link NodeSpread}. At 0, the default, load
 *       alone counts, and so it does on one node or where a token takes one expert a group.
 * </ul>
 *
 * <p>The decision's facts: {@code gap.mean} and {@code gap.worst}, how far the layers' busiest
 * ranks are above the lower bound, or the proven optimum, relative to it; {@code steps}, how many
 * the search took. With {@code traffic}: {@code spread.mean} and {@code spread.worst} of the
 * layers. If a layer has too many slots for the nodes that are to be weighed, load alone counts and
 * the decision is a fallback, {@code LAYER_TOO_LARGE}.
 */
public final class BalancedStrategy implements PlacementStrategy {

  static final String NAME = "balanced";
  static final String EFFORT = "effort";
  static final String TOLERANCE = "tolerance";
  static final String PROVE = "prove";
  static final String TRAFFIC = "traffic";

  /** A layer of fewer slots may take as many steps as one of these. */
  private static final int SMALL_LAYER = 256;

  /** The same where replicas are folded, which takes fewer steps. */
  private static final int SMALL_FOLD = 32;

  /** Steps of an exhaustive search, as a multiple of the others: it may end without an answer. */
  private static final long PROOF = 300;

  /** Steps of a search for less traffic, as a multiple of the others: it looks at every pair. */
  private static final long PAIRS = 300;

  /** Such a search has tables with an entry for each slot and node. */
  private static final long MOST_ENTRIES = 1 << 22;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "The busiest rank as idle as can be, with a proof of how far from the optimum it is.";
  }

  @Override
  public StrategyTraits traits() {
    return StrategyTraits.NONE.needingLoad().replicating().usingGroups();
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(
        OptionSpec.integer(
            EFFORT, 60, 0, 1_000_000, "Steps of search a slot; more is better, and slower."),
        OptionSpec.decimal(
            TOLERANCE,
            5e-4,
            0,
            1,
            "How far above the lower bound, relative to it, the search may end."),
        OptionSpec.flag(
            PROVE,
            false,
            "Search small layers exhaustively: optimal but for the tolerance, and slower."),
        OptionSpec.decimal(
            TRAFFIC,
            0,
            0,
            1000,
            "How much imbalance a node less is worth, for each group that a token chooses."));
  }

  @Override
  public PlacementResult place(PlacementRequest request) {
    Load load = request.requireLoad();
    Cluster cluster = request.cluster();
    int[][] rows = new int[load.layers()][cluster.layout().slots()];
    Gaps gaps = new Gaps();
    if (rows.length > 0) {
      planLayers(request, load, rows, gaps);
    }
    Placement placement = Placement.of(cluster.layout(), load.experts(), rows);
    Decision decision = gaps.tell(decide(request));
    return new PlacementResult(placement, withSpread(decision, placement, load, request));
  }

  private static void planLayers(PlacementRequest request, Load load, int[][] rows, Gaps gaps) {
    CountedRanks ranks = CountedRanks.of(request.cluster(), load.experts());
    Packing packing = ranks.emptyPacking();
    LayerPlanner planner = planner(request, packing, ranks.emptyPacking());
    Optional<TrafficPlanner> traffic = trafficPlanner(request, ranks, packing);
    for (int layer = 0; layer < rows.length; layer++) {
      planner.plan(load.layer(layer));
      double bound = planner.provenBound();
      if (traffic.isPresent()) {
        traffic.get().improve(bound);
        gaps.add(traffic.get().busiest(), bound, planner.steps() + traffic.get().steps());
      } else {
        gaps.add(planner.busiest(), bound, planner.steps());
      }
      ranks.write(packing, rows[layer]);
    }
  }

  private static Decision decide(PlacementRequest request) {
    if (!weighsTraffic(request) || fitsTables(request.cluster())) {
      return Decision.asRequested(NAME);
    }
    return Decision.fallback(
        NAME,
        NAME,
        "LAYER_TOO_LARGE",
        "%d slots on %d nodes are too many to weigh traffic; load alone counted"
            .formatted(request.cluster().layout().slots(), request.cluster().nodes()));
  }

  private static Decision withSpread(
      Decision decision, Placement placement, Load load, PlacementRequest request) {
    if (request.options().decimal(TRAFFIC) == 0) {
      return decision;
    }
    NodeSpread spread = NodeSpread.of(placement, load, request.model(), request.cluster());
    return decision
        .with("spread.mean", Gaps.decimal(spread.spread()))
        .with("spread.worst", Gaps.decimal(spread.worstSpread()));
  }

  /** Whether traffic was asked for, and placements can differ in it. */
  private static boolean weighsTraffic(PlacementRequest request) {
    return request.options().decimal(TRAFFIC) > 0
        && request.cluster().nodes() > 1
        && NodeSpread.choicesPerGroup(request.model()) > 1;
  }

  private static boolean fitsTables(Cluster cluster) {
    return (long) cluster.layout().slots() * cluster.nodes() <= MOST_ENTRIES;
  }

  private static Optional<TrafficPlanner> trafficPlanner(
      PlacementRequest request, CountedRanks ranks, Packing packing) {
    if (!weighsTraffic(request) || !fitsTables(request.cluster())) {
      return Optional.empty();
    }
    GroupLoads groups =
        new GroupLoads(packing, request.model(), request.cluster().nodes(), ranks.nodes());
    long steps = request.options().integer(EFFORT) * packing.slots() * PAIRS;
    return Optional.of(
        new TrafficPlanner(
            groups,
            ranks.emptyPacking(),
            ranks.emptyPacking(),
            request.options().decimal(TRAFFIC),
            steps));
  }

  private static LayerPlanner planner(PlacementRequest request, Packing packing, Packing spare) {
    long effort = request.options().integer(EFFORT);
    int small = Fold.fits(packing) ? SMALL_FOLD : SMALL_LAYER;
    long steps = effort * Math.max(packing.slots(), small);
    long proof = request.options().flag(PROVE) ? effort * packing.slots() * PROOF : 0;
    double tolerance = request.options().decimal(TOLERANCE);
    LoadBound bound = LoadBound.on(request.cluster());
    return new LayerPlanner(packing, spare, bound, steps, tolerance, proof);
  }
}

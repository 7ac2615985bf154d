package io.stagger.strategies.balanced;

import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.LoadBound;
import io.stagger.api.Placement;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.api.strategy.StrategyTraits;
import java.util.List;

/**
 * Places experts by measured load so that the busiest rank of each layer has as little work as can
 * be, and says how far from the proven bound that is. Each layer is planned by itself, see {@code
 * LayerPlanner} for the steps.
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
 *       where the bound is not met.
 *   <li>{@code tolerance}: how far above the lower bound, relative to it, is good enough.
 *   <li>{@code prove}: search small layers (64 experts at most) exhaustively; their plans are then
 *       optimal but for the tolerance, and proven to be. Takes up to seconds a layer.
 * </ul>
 *
 * <p>The decision's facts: {@code gap.mean} and {@code gap.worst}, how far the layers' busiest
 * ranks are above the lower bound, or the proven optimum, relative to it; {@code steps}, how many
 * the search took.
 */
public final class BalancedStrategy implements PlacementStrategy {

  static final String NAME = "balanced";
  static final String EFFORT = "effort";
  static final String TOLERANCE = "tolerance";
  static final String PROVE = "prove";

  /** A layer of fewer slots may take as many steps as one of these. */
  private static final int SMALL_LAYER = 256;

  /** The same where replicas are folded, which takes fewer steps. */
  private static final int SMALL_FOLD = 32;

  /** Steps of an exhaustive search, as a multiple of the others: it may end without an answer. */
  private static final long PROOF = 300;

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
    return StrategyTraits.NONE.needingLoad().replicating();
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
            "Search small layers exhaustively: optimal but for the tolerance, and slower."));
  }

  @Override
  public PlacementResult place(PlacementRequest request) {
    Load load = request.requireLoad();
    Cluster cluster = request.cluster();
    int[][] rows = new int[load.layers()][cluster.layout().slots()];
    Gaps gaps = new Gaps();
    if (rows.length > 0) {
      CountedRanks ranks = CountedRanks.of(cluster, load.experts());
      Packing packing = ranks.emptyPacking();
      LayerPlanner planner = planner(request, packing, ranks.emptyPacking());
      for (int layer = 0; layer < rows.length; layer++) {
        planner.plan(load.layer(layer));
        gaps.add(planner);
        ranks.write(packing, rows[layer]);
      }
    }
    return new PlacementResult(
        Placement.of(cluster.layout(), load.experts(), rows),
        gaps.tell(Decision.asRequested(NAME)));
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

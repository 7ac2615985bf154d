package io.stagger.strategies.budget;

import io.stagger.api.Balance;
import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidClusterException;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.Options;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.api.strategy.StrategyTraits;
import io.stagger.strategies.balanced.BalancedStrategy;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Takes the slots of the whole model as one budget, and gives them to the layers where a replica
 * makes the busiest rank idler by most. The cluster's slots are the most that a layer may have; a
 * layer that gets fewer leaves the last slots of ranks empty, so that they cost no memory. Over all
 * layers ranks that are alike hold equally many experts, give or take one.
 *
 * <ol>
 *   <li>Every layer is planned by {@link BalancedStrategy} at every level, see {@code Levels}.
 *   <li>The slots are shared out by gain, see {@code Shares}.
 *   <li>Layers are turned against each other, so that no rank holds more than its like, see {@code
 *       Rotation}.
 * </ol>
 *
 * <p>The question is CRAFT's ("Cost-aware Expert Replica Allocation", arXiv 2603.28768), which
 * estimates the gains and solves a knapsack; here the gains are those of real plans.
 *
 * <p>Options:
 *
 * <ul>
 *   <li>{@code slots}: the budget, over all layers and ranks; 0 for as many as are worth it.
 *   <li>{@code gain}: by how much a step must lower a layer's imbalance to be worth its memory.
 * </ul>
 *
 * <p>The decision's facts: {@code slots}, how many are used; {@code slots.most}, how many the
 * cluster has for all layers; {@code layers.with.N}, how many layers use {@code N} slots.
 */
public final class BudgetStrategy implements PlacementStrategy {

  static final String NAME = "budget";
  static final String SLOTS = "slots";
  static final String GAIN = "gain";

  private final BalancedStrategy balanced = new BalancedStrategy();

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "One number of slots for all layers together, given to those where replicas gain most.";
  }

  @Override
  public StrategyTraits traits() {
    return StrategyTraits.NONE.needingLoad().replicating();
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(
        OptionSpec.integer(
            SLOTS,
            0,
            0,
            Long.MAX_VALUE >> 10,
            "Slots of all layers together; 0 for as many as are worth it."),
        OptionSpec.decimal(
            GAIN,
            0.01,
            0,
            1e9,
            "By how much more slots must lower a layer's imbalance to be worth it."));
  }

  @Override
  public PlacementResult place(PlacementRequest request) {
    Load load = request.requireLoad();
    Levels levels = Levels.of(request.cluster(), load.experts());
    long most = (long) load.layers() * levels.slots(levels.count() - 1);
    long budget = budget(request.options(), (long) load.layers() * levels.slots(0), most);
    Placement[] plans = new Placement[levels.count()];
    double[][] busiest = new double[load.layers()][levels.count()];
    double[] ideal = new double[load.layers()];
    for (int level = 0; level < plans.length; level++) {
      Cluster cluster = levels.cluster(level);
      plans[level] = plan(request.model(), cluster, load);
      Balance balance = Balance.of(plans[level], load, cluster);
      for (int layer = 0; layer < ideal.length; layer++) {
        busiest[layer][level] = balance.busiest(layer);
        ideal[layer] = balance.ideal(layer);
      }
    }
    double gain = request.options().decimal(GAIN);
    int[] levelOf = new Shares(busiest, ideal, levels).share(budget, gain);
    return new PlacementResult(
        join(plans, levelOf, request.cluster()), decision(levels, levelOf, most));
  }

  private static long budget(Options options, long least, long most) {
    long asked = options.integer(SLOTS);
    if (asked != 0 && asked < least) {
      throw new InvalidClusterException(
          Diagnosis.of(
                  asked + " slots for all layers together", "strategy 'budget', option 'slots'")
              .expecting("at least " + least + ", one for each expert")
              .remedy("Raise it, or set it to 0 for as many as are worth it"));
    }
    return asked == 0 ? most : Math.min(asked, most);
  }

  private Placement plan(ModelShape model, Cluster cluster, Load load) {
    return balanced
        .place(
            PlacementRequest.of(model, cluster)
                .withLoad(load)
                .withOptions(Options.defaults(balanced.options())))
        .placement();
  }

  /** Of each layer the plan of its level, turned, in the slots that the layout has. */
  private static Placement join(Placement[] plans, int[] levelOf, Cluster cluster) {
    SlotLayout layout = cluster.layout();
    Rotation rotation = new Rotation(cluster);
    int[][] rows = new int[levelOf.length][layout.slots()];
    for (int layer = 0; layer < rows.length; layer++) {
      Placement plan = plans[levelOf[layer]];
      int[] place = rotation.turn(plan.layout().slotsPerRank());
      Arrays.fill(rows[layer], Placement.EMPTY);
      for (int rank = 0; rank < layout.ranks(); rank++) {
        int from = plan.layout().firstSlot(rank);
        int to = layout.firstSlot(place[rank]);
        for (int local = 0; local < plan.layout().slotsOf(rank); local++) {
          rows[layer][to + local] = plan.logicalAt(layer, from + local);
        }
      }
    }
    return Placement.of(layout, plans[0].experts(), rows);
  }

  private static Decision decision(Levels levels, int[] levelOf, long most) {
    long used = IntStream.of(levelOf).mapToLong(levels::slots).sum();
    Decision decision =
        Decision.asRequested(NAME)
            .with("slots", Long.toString(used))
            .with("slots.most", Long.toString(most));
    for (int level = 0; level < levels.count(); level++) {
      int wanted = level;
      long layers = IntStream.of(levelOf).filter(chosen -> chosen == wanted).count();
      if (layers > 0) {
        decision = decision.with("layers.with." + levels.slots(level), Long.toString(layers));
      }
    }
    return decision;
  }
}

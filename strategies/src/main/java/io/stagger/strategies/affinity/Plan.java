package io.stagger.strategies.affinity;

import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.Placement;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.Options;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import java.util.Locale;

/** A plan of all layers in the making, and what is to be told of it. Not thread-safe. */
final class Plan {

  /** The part of the effort that may be spent without a better plan. */
  private static final int PATIENCE = 6;

  /** Even a layer with few tokens gets so many moves. */
  private static final int LEAST_PATIENCE = 10;

  private final Load load;
  private final Cluster cluster;
  private final Options options;
  private final Placement start;
  private final Evidence evidence;
  private final RankSlots slots;
  private final int[][] rows;

  private double visits;
  private double nodeVisits;
  private double startVisits;
  private double tokens;
  private double imbalances;
  private double worst;
  private int overCap;
  private long steps;

  /**
   * A plan without layers.
   *
   * @param start the placement from which the search of each layer starts
   */
  Plan(PlacementRequest request, Placement start) {
    this.load = request.requireLoad();
    this.cluster = request.cluster();
    this.options = request.options();
    this.start = start;
    this.evidence = Evidence.of(request).orElseThrow();
    this.slots = new RankSlots(cluster, load.experts());
    this.rows = new int[load.layers()][cluster.layout().slots()];
  }

  private double cap() {
    double cap = options.decimal(AffinityStrategy.CAP);
    return Math.max(0, cap - options.decimal(AffinityStrategy.MARGIN));
  }

  /** Plans a layer. */
  void addLayer(int layer) {
    Nets nets = evidence.nets(layer);
    double ideal = slots.idealWork(load.total(layer));
    double nodeWeight = options.decimal(AffinityStrategy.NODE_WEIGHT);
    Holding holding =
        new Holding(slots, nets, load.layer(layer), nodeWeight, slots.read(start, layer));
    startVisits += holding.ranks.visits();
    double limit = ideal > 0 ? (1 + cap()) * ideal : Double.POSITIVE_INFINITY;
    LayerSearch search = new LayerSearch(holding, limit);
    int most = (int) options.integer(AffinityStrategy.EFFORT);
    search.run(most, Math.min(Math.max(LEAST_PATIENCE, most / PATIENCE), patience(nets)));
    slots.write(holding.expertAt, rows[layer]);
    tell(holding, search, ideal);
  }

  /** Few nets have few good plans, which are soon found. */
  private static int patience(Nets nets) {
    return LEAST_PATIENCE + 2 * nets.count();
  }

  private void tell(Holding holding, LayerSearch search, double ideal) {
    double imbalance = ideal > 0 ? Math.max(0, holding.busiest() / ideal - 1) : 0;
    tokens += holding.nets.tokens();
    visits += holding.ranks.visits();
    nodeVisits += holding.nodeVisits();
    imbalances += imbalance;
    worst = Math.max(worst, imbalance);
    overCap += search.overload() > 0 ? 1 : 0;
    steps += search.steps();
  }

  /** The plan, and a decision with its facts. */
  PlacementResult result(Decision decision) {
    Decision told =
        decision
            .with("evidence", evidence.name())
            .with("cap", decimal(cap()))
            .with("imbalance.mean", decimal(rows.length == 0 ? 0 : imbalances / rows.length))
            .with("imbalance.worst", decimal(worst))
            .with("layers.over_cap", Integer.toString(overCap))
            .with("steps", Long.toString(steps));
    return new PlacementResult(
        Placement.of(cluster.layout(), load.experts(), rows), withSpread(told));
  }

  private Decision withSpread(Decision decision) {
    if (tokens == 0) {
      return decision;
    }
    return switch (evidence) {
      case Evidence.OfRoutes routes ->
          decision
              .with("fanout.ranks", decimal(visits / tokens))
              .with("fanout.ranks.start", decimal(startVisits / tokens))
              .with("fanout.nodes", decimal(nodeVisits / tokens));
      // A pair visits one rank or two.
      case Evidence.OfPairs pairs ->
          decision
              .with("pairs.apart", decimal(visits / tokens - 1))
              .with("pairs.apart.start", decimal(startVisits / tokens - 1));
    };
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}

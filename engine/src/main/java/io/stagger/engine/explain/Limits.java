package io.stagger.engine.explain;

import io.stagger.api.Balance;
import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.engine.Plan;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * How far a plan is from what its load and cluster allow, and why that is no further.
 *
 * @param layers how many layers each limit holds back
 * @param atBound layers whose imbalance is at most {@link #NEAR} above the bound
 */
public record Limits(Map<Limit, Integer> layers, int atBound) {

  /** What counts as being at the bound, in imbalance. */
  public static final double NEAR = 0.001;

  private static final double ROUNDING = 1e-9;

  /** Keeps its own map. */
  public Limits {
    layers = Collections.unmodifiableMap(new EnumMap<>(layers));
  }

  static Limits of(Plan plan, Load load, Balance balance) {
    Map<Limit, Integer> layers = new EnumMap<>(Limit.class);
    for (Limit limit : Limit.values()) {
      layers.put(limit, 0);
    }
    int atBound = 0;
    for (int layer = 0; layer < balance.layers(); layer++) {
      double bound = plan.bounds().get(layer);
      layers.merge(limit(plan.request().cluster(), load, layer, bound, balance), 1, Integer::sum);
      atBound += balance.imbalance(layer) <= bound + NEAR ? 1 : 0;
    }
    return new Limits(layers, atBound);
  }

  private static Limit limit(Cluster cluster, Load load, int layer, double bound, Balance balance) {
    if (bound <= ROUNDING) {
      return Limit.MEAN;
    }
    if (cluster.usableSlots() > load.experts()) {
      return Limit.HEAVIEST_EXPERT;
    }
    double fastest = Arrays.stream(cluster.ranksUp()).mapToDouble(cluster::speed).max().orElse(1);
    double heaviest = Arrays.stream(load.layer(layer)).max().orElse(0) / fastest;
    boolean alone = heaviest / balance.ideal(layer) - 1 >= bound - ROUNDING;
    return alone ? Limit.HEAVIEST_EXPERT : Limit.SHARED_RANK;
  }
}

package io.stagger.strategies.balanced;

import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.NodeSpread;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;

/**
 * What a layer costs where traffic is weighed, counted anew from plain sets: the oracle for what
 * the searches say that a change gains.
 *
 * @param packing a layer on two nodes
 * @param model its groups
 * @param groups of the packing
 * @param changes of the groups
 * @param overload of the packing
 * @param allowed the imbalance that is no overload
 * @param weight of the spread
 */
record PlainTraffic(
    Packing packing,
    ModelShape model,
    GroupLoads groups,
    SpreadChanges changes,
    Overload overload,
    double allowed,
    double weight) {

  /** A layer on two nodes of two ranks, with 2 to 4 groups, and some weight. */
  static PlainTraffic drawn(Random random, boolean replicated) {
    int groupCount = 2 + random.nextInt(3);
    int experts = groupCount * (2 + random.nextInt(3));
    int extra = replicated ? 1 + random.nextInt(experts) : 0;
    int[] capacities = SlotLayout.even(4, experts + extra).slotsPerRank();
    double[] speeds = {1, 1, 2, 1};
    Packing packing = new Packing(experts, capacities, speeds);
    PlainLayer.deal(packing, random.ints(experts, 1, 100).asDoubleStream().toArray());
    ModelShape model = ModelShape.of(1, experts, 2 * groupCount, groupCount, groupCount);
    GroupLoads groups = new GroupLoads(packing, model, 2, new int[] {0, 0, 1, 1});
    groups.weigh();
    SpreadChanges changes = new SpreadChanges(groups, new Budget());
    changes.count();
    Overload overload = new Overload(packing);
    overload.weigh();
    double allowed = 0.2 * random.nextDouble();
    overload.allow(allowed);
    return new PlainTraffic(
        packing, model, groups, changes, overload, allowed, random.nextDouble());
  }

  double cost() {
    return cost(PlainLayer.of(packing));
  }

  double cost(PlainLayer layer) {
    double speed = 0;
    for (double slowness : packing.slowness) {
      speed += 1 / slowness;
    }
    double ideal = Arrays.stream(packing.weight).sum() / speed;
    double cost = weight * spread(layer);
    for (int rank = 0; rank < packing.ranks; rank++) {
      cost += Math.max(0, layer.work(rank) / ideal - 1 - allowed);
    }
    return cost;
  }

  double spread(PlainLayer layer) {
    int[] row = layer.ranks().stream().flatMap(Set::stream).mapToInt(Integer::intValue).toArray();
    // -1 stands for a slot that lost its expert.
    SlotLayout layout = SlotLayout.of(layer.ranks().stream().mapToInt(Set::size).toArray());
    Load load = Load.of(packing.experts, new double[][] {packing.weight});
    return NodeSpread.of(
            Placement.of(layout, packing.experts, new int[][] {row}),
            load,
            model,
            Cluster.of(2, layout))
        .spread();
  }
}

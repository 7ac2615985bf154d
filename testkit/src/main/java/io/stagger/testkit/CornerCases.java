package io.stagger.testkit;

import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.strategy.PlacementRequest;
import java.util.List;

/** Requests at the edge of what there may be, each with a load and without options. */
final class CornerCases {

  private CornerCases() {}

  static List<NamedRequest> all() {
    return List.of(
        of("one expert on one slot", model(1, 1, 1), Cluster.of(1, 1, 1)),
        of("no MoE layer", model(0, 8, 1), Cluster.of(1, 4, 8)),
        of("no MoE layer, and fewer slots than experts", model(0, 8, 1), Cluster.of(1, 2, 3)),
        of("no MoE layer, and no slot", model(0, 8, 1), Cluster.of(1, 2, 0)),
        of("one slot a rank", model(2, 64, 8), Cluster.of(4, 64, 64)),
        of("more ranks than experts", model(2, 3, 1), Cluster.of(1, 8, 8)),
        of("ranks without slots", model(2, 6, 2), uneven(0, 3, 0, 0, 4, 0)),
        of("all slots on the last rank", model(2, 6, 2), uneven(0, 0, 0, 6)),
        of("experts that ranks do not divide", model(2, 10, 1), Cluster.of(1, 4, 10)),
        of("a redundancy that ranks do not divide", model(2, 10, 1), Cluster.of(1, 4, 15)),
        of("room for every expert on every rank, and more", model(1, 4, 2), Cluster.of(2, 4, 24)),
        of("only the last rank up", model(2, 4, 2), Cluster.of(1, 4, 16).withRanksDown(0, 1, 2)),
        of("a whole node down", model(2, 8, 4), Cluster.of(2, 4, 16).withRanksDown(0, 1)),
        of("nodes that do not divide the groups", model(2, 24, 8), Cluster.of(3, 6, 30)),
        of("a group for each expert", model(2, 16, 16), Cluster.of(4, 8, 24)),
        of(
            "ranks of very different speed",
            model(2, 8, 2),
            Cluster.of(1, 2, 10).withSpeeds(1, 1e6)),
        zeroLoad(),
        holesBefore());
  }

  private static NamedRequest of(String name, ModelShape model, Cluster cluster) {
    double[][] counts = new double[model.layers()][model.experts()];
    for (int layer = 0; layer < model.layers(); layer++) {
      for (int expert = 0; expert < model.experts(); expert++) {
        counts[layer][expert] = (layer * 31 + expert * 17) % 23;
      }
    }
    Load load = Load.of(model.experts(), counts);
    return new NamedRequest(name, PlacementRequest.of(model, cluster).withLoad(load));
  }

  private static NamedRequest zeroLoad() {
    PlacementRequest request = PlacementRequest.of(model(2, 8, 2), Cluster.of(2, 4, 12));
    return new NamedRequest("no token at all", request.withLoad(Load.uniform(2, 8, 0)));
  }

  private static NamedRequest holesBefore() {
    Cluster cluster = Cluster.of(1, 2, 6).withRanksDown(1);
    Placement lost =
        Placement.of(
            cluster.layout(), 3, new int[][] {{-1, 2, -1, -1, -1, -1}, {0, 0, 0, 0, 0, 0}});
    return new NamedRequest(
        "a previous placement that lost experts",
        of("", model(2, 3, 1), cluster).request().withPrevious(lost));
  }

  private static ModelShape model(int layers, int experts, int groups) {
    return ModelShape.of(layers, experts, 1, groups, 1);
  }

  private static Cluster uneven(int... slots) {
    return Cluster.of(1, SlotLayout.of(slots));
  }
}

package io.stagger.strategies.eplb;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.strategy.Options;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.testkit.PlacementRequests;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** The strategy gives what the naive restatement of the algorithm gives. */
class EplbOracleTest {

  private final EplbStrategy strategy = new EplbStrategy();

  private void assertEqualsOracle(PlacementRequest request, String seed) {
    Options options = Options.defaults(strategy.options());
    PlacementResult result = strategy.place(request.withOptions(options));
    boolean global = "global".equals(result.decision().facts().get("policy"));
    Placement placement = result.placement();
    for (int layer = 0; layer < placement.layers(); layer++) {
      assertThat(placement.physicalToLogical(layer))
          .as("%s, layer %d of %s", seed, layer, request)
          .isEqualTo(
              NaiveEplb.place(
                  request.model(), request.cluster(), request.requireLoad(), layer, global));
    }
  }

  @Test
  void equalsTheOracleOnRequestsOfEveryKind() {
    int compared = 0;
    for (long seed = 2001; compared < 100; seed++) {
      PlacementRequest request = PlacementRequests.generate(seed);
      // The oracle counts replicas by scanning them, for every expert and slot.
      long cost =
          (long) request.model().experts()
              * request.cluster().usableSlots()
              * request.cluster().usableSlots();
      if (request.load().isPresent() && cost * request.model().layers() < 20_000_000) {
        assertEqualsOracle(request, "seed " + seed);
        compared++;
      }
    }
  }

  @Test
  void equalsTheOracleOnHierarchiesUnderLoadsThatAreNotWhole() {
    for (long seed = 1; seed <= 150; seed++) {
      assertEqualsOracle(hierarchy(new SplittableRandom(seed)), "seed " + seed);
    }
  }

  private static PlacementRequest hierarchy(RandomGenerator random) {
    int nodes = random.nextInt(2, 5);
    int groups = nodes * random.nextInt(2, 5);
    int groupSize = random.nextInt(1, 41);
    int experts = groups * groupSize;
    int ranksPerNode = random.nextInt(1, 5);
    int fewest = Math.ceilDiv(experts / nodes, ranksPerNode);
    int slots = nodes * ranksPerNode * (fewest + random.nextInt(3));
    double[][] counts = new double[2][experts];
    for (double[] row : counts) {
      // Alike, so that the last bit of a group's sum decides which group is the heavier.
      for (int expert = 0; expert < experts; expert++) {
        row[expert] = 1000 + random.nextInt(3) / 3.0;
      }
    }
    return PlacementRequest.of(
            ModelShape.of(2, experts, 1, groups, 1), Cluster.of(nodes, nodes * ranksPerNode, slots))
        .withLoad(Load.of(experts, counts));
  }

  @Test
  void groupSumEqualsTheOraclesAtEverySize() {
    RandomGenerator random = new SplittableRandom(7);
    for (int size = 1; size <= 200; size++) {
      List<Float> values = new ArrayList<>();
      float[] array = new float[size + 3];
      for (int i = 0; i < size; i++) {
        array[i + 3] = (float) (random.nextDouble() * 1000);
        values.add(array[i + 3]);
      }
      assertThat(GroupSum.of(array, 3, size)).as("size %d", size).isEqualTo(NaiveEplb.sum(values));
    }
  }
}

package io.stagger.strategies.balanced;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.ModelShape;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The wall keeps groups on nodes as far as they fit. */
class WallTest {

  private static GroupLoads build(
      double[] load, int groups, int[] capacities, int nodes, int... nodeOf) {
    double[] speeds = new double[capacities.length];
    Arrays.fill(speeds, 1);
    Packing packing = new Packing(load.length, capacities, speeds);
    System.arraycopy(load, 0, packing.weight, 0, load.length);
    ModelShape model =
        ModelShape.of(1, load.length, Math.min(2 * groups, load.length), groups, groups);
    GroupLoads counted = new GroupLoads(packing, model, nodes, nodeOf);
    counted.weigh();
    new Wall(counted).build();
    IntStream.range(0, groups).forEach(counted::count);
    return counted;
  }

  @Test
  void keepsEveryGroupOnOneNodeTheHeaviestWithTheLightest() {
    double[] load = {9, 9, 1, 1, 6, 6, 4, 4};
    GroupLoads wall = build(load, 4, new int[] {2, 2, 2, 2}, 2, 0, 0, 1, 1);
    assertThat(wall.spread()).isEqualTo(1);
    assertThat(PlainLayer.of(wall.packing).ranks().toString())
        .isEqualTo("[[0, 2], [1, 3], [4, 6], [5, 7]]");
  }

  @Test
  void replicatesWithinTheNode() {
    double[] load = {9, 2, 1, 1};
    GroupLoads wall = build(load, 2, new int[] {2, 2, 2}, 2, 0, 0, 1);
    assertThat(wall.spread()).isEqualTo(1);
    assertThat(wall.packing.count).containsExactly(2, 2, 1, 1);
  }

  @Test
  void splitsAGroupThatNoNodeHasRoomForOverAsFewAsHave() {
    double[] load = {1, 2, 3, 4};
    GroupLoads wall = build(load, 1, new int[] {1, 1, 2, 1}, 4, 0, 1, 2, 3);
    assertThat(PlainLayer.of(wall.packing).ranks().toString()).isEqualTo("[[1], [0], [2, 3], [0]]");
  }

  @Test
  void fillsEverySlotAndHoldsNoExpertTwiceOnARank() {
    Random random = new Random(5);
    for (int round = 0; round < 200; round++) {
      int groups = 1 + random.nextInt(4);
      int experts = groups * (1 + random.nextInt(4));
      int[] capacities = random.ints(1 + random.nextInt(6), 1, experts + 1).toArray();
      if (Arrays.stream(capacities).sum() >= experts) {
        int[] nodeOf = IntStream.range(0, capacities.length).map(rank -> rank / 2).toArray();
        double[] load = random.ints(experts, 1, 20).asDoubleStream().toArray();
        GroupLoads wall = build(load, groups, capacities, nodeOf[nodeOf.length - 1] + 1, nodeOf);
        PlainLayer.of(wall.packing).assertIs(wall.packing);
        assertThat(wall.packing.count).doesNotContain(0);
      }
    }
  }
}

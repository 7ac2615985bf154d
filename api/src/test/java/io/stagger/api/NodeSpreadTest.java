package io.stagger.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.stagger.api.error.InvalidClusterException;
import io.stagger.api.error.InvalidLoadException;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeSpreadTest {

  private static final Cluster TWO_NODES = Cluster.of(2, 4, 8);

  /** Two groups of four experts, of which a token takes two a group. */
  private static final ModelShape PAIRS = ModelShape.of(1, 8, 4, 2, 2);

  private static NodeSpread spread(
      ModelShape model, Cluster cluster, double[] load, int... physicalToLogical) {
    Placement placement =
        Placement.of(cluster.layout(), model.experts(), new int[][] {physicalToLogical});
    return NodeSpread.of(
        placement, Load.of(model.experts(), new double[][] {load}), model, cluster);
  }

  private static double[] flat(int experts) {
    return IntStream.range(0, experts).mapToDouble(_ -> 1).toArray();
  }

  @Test
  void isOneWhereEveryGroupLiesOnOneNode() {
    assertThat(spread(PAIRS, TWO_NODES, flat(8), 0, 1, 2, 3, 4, 5, 6, 7).spread(0)).isEqualTo(1);
    assertThat(spread(PAIRS, TWO_NODES, flat(8), 7, 6, 5, 4, 3, 2, 1, 0).spread(0)).isEqualTo(1);
  }

  @Test
  void isTheNodesThatTwoIndependentChoicesHit() {
    // Half of each group on each node: the second choice is elsewhere half of the time.
    assertThat(spread(PAIRS, TWO_NODES, flat(8), 0, 1, 4, 5, 2, 3, 6, 7).spread(0)).isEqualTo(1.5);
  }

  @Test
  void weighsGroupsByTheirLoads() {
    // The first group, with three quarters of the load, is split evenly; the second is not split.
    ModelShape model = ModelShape.of(1, 4, 4, 2, 2);
    Cluster cluster = Cluster.of(2, 2, 6);
    double[] load = {3, 3, 1, 1};
    assertThat(spread(model, cluster, load, 0, 2, 3, 1, -1, -1).spread(0))
        .isCloseTo(0.75 * 1.5 + 0.25, within(1e-15));
  }

  @Test
  void countsTheNodesOfATokenWhereThereAreNoGroups() {
    ModelShape model = ModelShape.of(1, 4, 3, 1, 1);
    double missed = Math.pow(0.75, 3);
    assertThat(spread(model, Cluster.of(4, 4, 4), flat(4), 0, 1, 2, 3).spread(0))
        .isCloseTo(4 * (1 - missed), within(1e-15));
  }

  @Test
  void sharesALoadAmongReplicasAndSkipsEmptySlots() {
    ModelShape model = ModelShape.of(1, 1, 1, 1, 1);
    assertThat(spread(model, Cluster.of(2, 2, 4), flat(1), 0, -1, 0, 0).spread(0))
        .as("one choice hits one node")
        .isCloseTo(1, within(1e-15));
    ModelShape two = ModelShape.of(1, 2, 2, 1, 1);
    double third = 1 / 3.0;
    assertThat(spread(two, Cluster.of(2, 2, 6), new double[] {1, 0}, 0, 1, -1, 0, 0, 1).spread(0))
        .isCloseTo(2 - third * third - 4 * third * third, within(1e-15));
  }

  @Test
  void isOneForALayerWithoutLoadAndForNoLayers() {
    assertThat(spread(PAIRS, TWO_NODES, new double[8], 0, 1, 4, 5, 2, 3, 6, 7).spread(0))
        .isEqualTo(1);
    ModelShape none = ModelShape.of(0, 8, 4, 2, 2);
    NodeSpread empty =
        NodeSpread.of(
            Placement.of(TWO_NODES.layout(), 8, new int[0][]),
            Load.of(8, new double[0][]),
            none,
            TWO_NODES);
    assertThat(empty.layers()).isZero();
    assertThat(empty.spread()).isEqualTo(1);
    assertThat(empty.worstSpread()).isEqualTo(1);
  }

  @Test
  void tellsTheMeanAndTheLargestOfTheLayers() {
    int[][] rows = {{0, 1, 2, 3, 4, 5, 6, 7}, {0, 1, 4, 5, 2, 3, 6, 7}};
    NodeSpread spread =
        NodeSpread.of(
            Placement.of(TWO_NODES.layout(), 8, rows),
            Load.uniform(2, 8, 1),
            ModelShape.of(2, 8, 4, 2, 2),
            TWO_NODES);
    assertThat(spread.layers()).isEqualTo(2);
    assertThat(spread.spread()).isEqualTo(1.25);
    assertThat(spread.worstSpread()).isEqualTo(1.5);
  }

  @Test
  void takesAtLeastOneExpertOfAChosenGroup() {
    assertThat(NodeSpread.choicesPerGroup(ModelShape.of(1, 256, 8, 8, 4))).isEqualTo(2);
    assertThat(NodeSpread.choicesPerGroup(ModelShape.of(1, 160, 6, 8, 4))).isEqualTo(1.5);
    assertThat(NodeSpread.choicesPerGroup(ModelShape.of(1, 8, 1, 4, 2))).isEqualTo(1);
  }

  @Test
  void knowsHowLikelyANodeIsVisited() {
    assertThat(NodeSpread.visited(0, 2)).isZero();
    assertThat(NodeSpread.visited(1, 1.5)).isEqualTo(1);
    assertThat(NodeSpread.visited(0.25, 1)).isEqualTo(0.25);
    assertThat(NodeSpread.visited(0.25, 5)).isCloseTo(1 - Math.pow(0.75, 5), within(1e-15));
    assertThat(NodeSpread.visited(0.25, 1.5)).isCloseTo(1 - Math.pow(0.75, 1.5), within(1e-15));
    assertThat(NodeSpread.visited(1 + 1e-16 * 4, 1.5)).as("a rounded share").isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void agreesWithTheEnumerationOfAllThatATokenCanChoose(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 30; round++) {
      int groups = 1 + random.nextInt(3);
      int size = 2 + random.nextInt(3);
      int choices = 1 + random.nextInt(Math.min(size, 3));
      ModelShape model = ModelShape.of(1, groups * size, choices * groups, groups, groups);
      int nodes = 1 + random.nextInt(4);
      Cluster cluster = Cluster.of(nodes, nodes, nodes * (groups * size + random.nextInt(3)));
      double[] load = random.ints(model.experts(), 0, 20).asDoubleStream().toArray();
      load[random.nextInt(load.length)]++;
      int[] row = random.ints(cluster.layout().slots(), -1, model.experts()).toArray();
      for (int expert = 0; expert < model.experts(); expert++) {
        row[expert] = expert;
      }
      assertThat(spread(model, cluster, load, row).spread(0))
          .as("seed %d, round %d", seed, round)
          .isCloseTo(enumerated(model, cluster, load, row, choices), within(1e-12));
    }
  }

  /** A token chooses one group by its load, then replicas of it, each by its load. */
  private static double enumerated(
      ModelShape model, Cluster cluster, double[] load, int[] row, int choices) {
    double total = IntStream.range(0, load.length).mapToDouble(e -> load[e]).sum();
    double visits = 0;
    for (int group = 0; group < model.groups(); group++) {
      int first = group * model.expertsPerGroup();
      double ofGroup =
          IntStream.range(first, first + model.expertsPerGroup()).mapToDouble(e -> load[e]).sum();
      if (ofGroup > 0) {
        int number = group;
        int[] slots =
            IntStream.range(0, row.length)
                .filter(s -> row[s] >= 0 && row[s] / model.expertsPerGroup() == number)
                .toArray();
        double[] chance = new double[row.length];
        for (int slot : slots) {
          long replicas = IntStream.of(row).filter(e -> e == row[slot]).count();
          chance[slot] = load[row[slot]] / replicas / ofGroup;
        }
        visits += ofGroup / total * choose(slots, chance, cluster, choices, 1, new HashSet<>());
      }
    }
    return visits;
  }

  private static double choose(
      int[] slots, double[] chance, Cluster cluster, int left, double likely, Set<Integer> seen) {
    if (left == 0) {
      return likely * seen.size();
    }
    double sum = 0;
    for (int slot : slots) {
      if (chance[slot] > 0) {
        Set<Integer> more = new HashSet<>(seen);
        more.add(cluster.nodeOf(cluster.layout().rankOf(slot)));
        sum += choose(slots, chance, cluster, left - 1, likely * chance[slot], more);
      }
    }
    return sum;
  }

  @Test
  void refusesWhatIsOfAnotherSize() {
    Placement placement = Placement.of(TWO_NODES.layout(), 8, new int[][] {new int[8]});
    Load load = Load.uniform(1, 8, 1);
    assertThatExceptionOfType(InvalidLoadException.class)
        .isThrownBy(() -> NodeSpread.of(placement, Load.uniform(2, 8, 1), PAIRS, TWO_NODES));
    assertThatExceptionOfType(InvalidLoadException.class)
        .isThrownBy(() -> NodeSpread.of(placement, load, ModelShape.of(1, 4, 1, 1, 1), TWO_NODES));
    assertThatExceptionOfType(InvalidClusterException.class)
        .isThrownBy(() -> NodeSpread.of(placement, load, PAIRS, Cluster.of(2, 2, 8)));
  }
}

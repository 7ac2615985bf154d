package io.stagger.engine.simulator.replicas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.engine.trace.ExpertIds;
import io.stagger.engine.trace.Phase;
import io.stagger.engine.trace.TraceBatch;
import io.stagger.engine.trace.TraceHeader;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReplicaRuleTest {

  /** Two nodes of two ranks of two slots; expert 0 is on every rank but 2, expert 1 on 0 and 2. */
  private static final int[] EXPERTS = {0, 1, 0, 2, 1, 3, 0, 4};

  private static final Cluster CLUSTER = Cluster.of(2, 4, 8);

  private static PlacedLayer layer(int experts, Cluster cluster, int... phy2log) {
    Placement placement = Placement.of(cluster.layout(), experts, new int[][] {phy2log});
    return PlacedLayer.of(placement, cluster, 0);
  }

  /** Tokens with one choice each, from given ranks. */
  private static LayerBatch batch(int experts, Cluster cluster, int[] ranks, int... chosen) {
    int tokens = chosen.length;
    TraceHeader header = TraceHeader.of(ModelShape.of(1, experts, 1, 1, 1));
    byte[] ids = new byte[tokens];
    for (int i = 0; i < tokens; i++) {
      ids[i] = (byte) chosen[i];
    }
    int[] unknown = new int[tokens];
    Arrays.fill(unknown, -1);
    TraceBatch window =
        TraceBatch.of(
            header,
            0,
            new int[tokens],
            new int[tokens],
            new byte[tokens],
            ranks,
            unknown,
            ExpertIds.of(ids),
            new float[0]);
    int[] all = IntStream.range(0, tokens).toArray();
    return LayerBatch.of(window, Step.of(0, Phase.PREFILL, all, window, cluster), 0);
  }

  private static int[] choose(ReplicaRule rule, int[] ranks, int... chosen) {
    PlacedLayer layer = layer(5, CLUSTER, EXPERTS);
    int[] slots = new int[chosen.length];
    rule.chooser(layer, new double[] {6, 1, 1, 1, 1})
        .choose(batch(5, CLUSTER, ranks, chosen), slots);
    return slots;
  }

  @Test
  void hashTakesTheReplicaThatVllmTakes() {
    // Three replicas of expert 0, at slots 0, 2 and 6: replica 0, 0, 2, 2, 1, 0 as vLLM has it.
    assertThat(choose(ReplicaRule.HASH, new int[6], 0, 0, 0, 0, 0, 0))
        .containsExactly(0, 0, 6, 6, 2, 0);
  }

  @Test
  void hashCountsPositionsRankByRank() {
    assertThat(choose(ReplicaRule.HASH, new int[] {0, 1, 2, 0, 1, 0}, 0, 0, 0, 0, 0, 0))
        .containsExactly(0, 0, 0, 0, 0, 6);
  }

  @Test
  void staticKeepsToTheNearestAndSharesOutTheRest() {
    // Expert 0 is on ranks 0 and 1 themselves; rank 2 has it on its node, rank 3 itself.
    assertThat(choose(ReplicaRule.STATIC, new int[] {0, 1, 2, 3, 0, 1}, 0, 0, 0, 0, 0, 0))
        .containsExactly(0, 2, 6, 6, 0, 2);
    // Expert 1 is on rank 0 and rank 2, a neighbour each.
    assertThat(choose(ReplicaRule.STATIC, new int[] {0, 1, 2, 3}, 1, 1, 1, 1))
        .containsExactly(1, 1, 4, 4);
  }

  @Test
  void staticSharesOutEquallyNearReplicas() {
    // One node; expert 0 is on ranks 0 and 1 of four.
    Cluster cluster = Cluster.of(1, 4, 4);
    PlacedLayer layer = layer(3, cluster, 0, 0, 1, 2);
    int[] slots = new int[4];
    ReplicaRule.STATIC
        .chooser(layer, new double[3])
        .choose(batch(3, cluster, new int[] {0, 1, 2, 3}, 0, 0, 0, 0), slots);
    assertThat(slots).containsExactly(0, 1, 0, 1);
  }

  @Test
  void dynamicTakesEachOfTheNearestAboutEquallyOften() {
    Cluster cluster = Cluster.of(2, 4, 4);
    PlacedLayer layer = layer(2, cluster, 0, 0, 0, 1);
    int[] ranks = new int[900];
    Arrays.fill(ranks, 3);
    int[] slots = new int[900];
    ReplicaRule.DYNAMIC
        .chooser(layer, new double[2])
        .choose(batch(2, cluster, ranks, new int[900]), slots);
    assertThat(slots).as("rank 2 is on the node of rank 3").containsOnly(2);
    PlacedLayer far = layer(2, Cluster.of(4, 4, 4), 0, 0, 0, 1);
    ReplicaRule.DYNAMIC
        .chooser(far, new double[2])
        .choose(batch(2, cluster, ranks, new int[900]), slots);
    Map<Integer, Integer> counts = new TreeMap<>();
    for (int slot : slots) {
      counts.merge(slot, 1, Integer::sum);
    }
    assertThat(counts).containsOnlyKeys(0, 1, 2);
    assertThat(counts.values()).allMatch(count -> count > 250 && count < 350);
  }

  @Test
  void leastLoadedCountsWhatHasNoChoiceFirst() {
    // Three tokens of expert 2 are rank 1's alone, two of expert 4 rank 3's: expert 0 goes to rank
    // 0.
    assertThat(choose(ReplicaRule.LEAST_LOADED, new int[8], 0, 0, 0, 2, 2, 2, 4, 4))
        .containsExactly(0, 0, 0, 3, 3, 3, 7, 7);
  }

  @Test
  void weightedDealsInTheSharesThatWereBestForThePlannedLoad() {
    // Of 12 planned tokens, 4 of expert 1 are rank 0's alone: of expert 0 it should get a quarter.
    Cluster cluster = Cluster.of(1, 2, 3);
    PlacedLayer layer = layer(2, cluster, 1, 0, 0);
    int[] slots = new int[8];
    ReplicaRule.WEIGHTED
        .chooser(layer, new double[] {8, 4})
        .choose(batch(2, cluster, new int[8], new int[8]), slots);
    assertThat(slots).containsExactly(2, 1, 2, 2, 2, 1, 2, 2);
  }

  @Test
  void optimalSharesOutSoThatTheBusiestRankHasTheLeast() {
    // Ranks hold {0, 1} and {0}: with 2 tokens of expert 1 and 10 of expert 0, 6 each is best.
    Cluster cluster = Cluster.of(1, SlotLayout.of(2, 1));
    PlacedLayer layer = layer(2, cluster, 0, 1, 0);
    ReplicaChooser chooser = ReplicaRule.OPTIMAL.chooser(layer, new double[2]);
    int[] chosen = new int[12];
    chosen[3] = 1;
    chosen[7] = 1;
    int[] slots = new int[12];
    chooser.choose(batch(2, cluster, new int[12], chosen), slots);
    assertThat(chooser.bound()).isCloseTo(6, within(1e-9));
    assertThat(Arrays.stream(slots).filter(slot -> slot == 2)).hasSize(6);
    assertThat(Arrays.stream(slots).limit(5))
        .as("the nearest first")
        .containsExactly(0, 0, 0, 1, 0);
  }

  @Test
  void leastActivatedUsesOneReplicaOfAnExpert() {
    // Experts 2 and 4 occupy ranks 1 and 3: expert 0 goes to rank 0, and expert 1 then to rank 2.
    assertThat(choose(ReplicaRule.LEAST_ACTIVATED, new int[6], 0, 1, 0, 2, 4, 0))
        .containsExactly(0, 4, 0, 3, 7, 0);
  }

  /** The linear program's optimum is a bound for every rule, whatever it looks at. */
  @ParameterizedTest
  @EnumSource(ReplicaRule.class)
  void servesEveryChoiceWhereItsExpertIsAndNeverBeatsTheBound(ReplicaRule rule) {
    SplittableRandom random = new SplittableRandom(4);
    for (int round = 0; round < 60; round++) {
      int nodes = 1 + random.nextInt(3);
      int experts = 2 + random.nextInt(20);
      Cluster cluster = Cluster.of(nodes, nodes * 2, experts + random.nextInt(3 * experts));
      int[] phy2log = new int[cluster.layout().slots()];
      Arrays.setAll(phy2log, slot -> slot < experts ? slot : random.nextInt(experts));
      for (int i = phy2log.length - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int moved = phy2log[i];
        phy2log[i] = phy2log[j];
        phy2log[j] = moved;
      }
      PlacedLayer layer = layer(experts, cluster, phy2log);
      int[] chosen = random.ints(1 + random.nextInt(80), 0, experts).toArray();
      int[] ranks = random.ints(chosen.length, 0, cluster.ranks()).toArray();
      LayerBatch batch = batch(experts, cluster, ranks, chosen);
      int[] slots = new int[chosen.length];
      rule.chooser(layer, random.doubles(experts, 0, 9).toArray()).choose(batch, slots);
      ReplicaChooser optimal = ReplicaRule.OPTIMAL.chooser(layer, new double[experts]);
      optimal.choose(batch, new int[chosen.length]);

      int[] served = new int[cluster.ranks()];
      for (int i = 0; i < slots.length; i++) {
        assertThat(phy2log[slots[i]]).isEqualTo(chosen[i]);
        served[layer.rankOf(slots[i])]++;
      }
      int busiest = Arrays.stream(served).max().orElseThrow();
      assertThat(busiest).isGreaterThanOrEqualTo((int) Math.ceil(optimal.bound() - 1e-6));
      if (rule == ReplicaRule.OPTIMAL) {
        int slotsPerRank = cluster.layout().slots() / cluster.ranks() + 1;
        assertThat(busiest).isLessThanOrEqualTo((int) Math.ceil(optimal.bound()) + slotsPerRank);
      }
    }
  }

  @Test
  void hasANameForEach() {
    assertThat(ReplicaRule.labels())
        .allSatisfy(
            label -> assertThat(ReplicaRule.of(label).orElseThrow().label()).isEqualTo(label));
    assertThat(ReplicaRule.of("best")).isEmpty();
  }
}

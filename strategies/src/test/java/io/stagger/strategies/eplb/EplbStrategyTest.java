package io.stagger.strategies.eplb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.error.InvalidLoadException;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.Options;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.strategies.LinearStrategy;
import io.stagger.strategies.RankTable;
import io.stagger.strategies.ZigzagStrategy;
import io.stagger.testkit.PlacementStrategyContract;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Eplb keeps the contract, chooses its policy openly, and copes with uneven clusters. */
class EplbStrategyTest extends PlacementStrategyContract {

  @Override
  protected PlacementStrategy strategy() {
    return new EplbStrategy();
  }

  @Override
  protected boolean placesWithoutLoad() {
    return false;
  }

  /** 8 experts in 4 groups. */
  private static PlacementRequest request(Cluster cluster) {
    return PlacementRequest.of(ModelShape.of(1, 8, 2, 4, 2), cluster)
        .withLoad(Load.of(8, new double[][] {{9, 1, 8, 2, 7, 3, 6, 4}}))
        .withOptions(Options.defaults(new EplbStrategy().options()));
  }

  private static PlacementRequest without(PlacementRequest request, String option, Object value) {
    return PlacementRequest.of(request.model(), request.cluster())
        .withOptions(request.options().with(option, value));
  }

  private static PlacementRequest asking(String policy, Cluster cluster) {
    PlacementRequest request = request(cluster);
    return request.withOptions(request.options().with("policy", policy));
  }

  private Decision decide(String policy, Cluster cluster) {
    return strategy().place(asking(policy, cluster)).decision();
  }

  private String place(String policy, Cluster cluster) {
    return RankTable.of(strategy().place(asking(policy, cluster)).placement(), 0);
  }

  @Test
  void autoKeepsGroupsOnNodesWhereNodesDivideThem() {
    Decision decision = decide("auto", Cluster.of(2, 4, 8));
    assertThat(decision).isEqualTo(Decision.asRequested("eplb").with("policy", "hierarchical"));
  }

  @Test
  void autoGoesGlobalWhereNodesDoNotDivideTheGroupsAndSaysWhy() {
    Decision decision = decide("auto", Cluster.of(3, 3, 9));
    assertThat(decision)
        .isEqualTo(
            Decision.asRequested("eplb")
                .with("policy", "global")
                .with("policyReason", "GROUPS_NOT_DIVISIBLE_BY_NODES"));
  }

  @Test
  void hierarchicalFallsBackWhereNodesDoNotDivideTheGroups() {
    Decision decision = decide("hierarchical", Cluster.of(3, 3, 9));
    assertThat(decision.isFallback()).isTrue();
    assertThat(decision.effective()).isEqualTo("eplb");
    assertThat(decision.reason()).isEqualTo("GROUPS_NOT_DIVISIBLE_BY_NODES");
    assertThat(decision.detail())
        .isEqualTo(
            "the number of expert groups, 4, is not a multiple of the number of nodes, 3; "
                + "the global policy was used");
    assertThat(decision.facts()).containsExactly(Map.entry("policy", "global"));
  }

  @Test
  void hierarchicalFallsBackWhereRanksAreDown() {
    Decision decision = decide("hierarchical", Cluster.of(2, 4, 16).withRanksDown(1, 2));
    assertThat(decision.isFallback()).isTrue();
    assertThat(decision.reason()).isEqualTo("RANKS_DOWN");
    assertThat(decision.detail()).startsWith("2 of 4 ranks are down;");
  }

  @Test
  void hierarchicalFallsBackWhereSlotsAreUneven() {
    Decision decision = decide("hierarchical", Cluster.of(2, 4, 9));
    assertThat(decision.isFallback()).isTrue();
    assertThat(decision.reason()).isEqualTo("UNEVEN_SLOTS");
    assertThat(decision.detail()).startsWith("ranks differ in their number of slots;");
  }

  @Test
  void globalIsNoFallbackWhereverItIsAsked() {
    Decision global = Decision.asRequested("eplb").with("policy", "global");
    assertThat(decide("global", Cluster.of(2, 4, 8))).isEqualTo(global);
    assertThat(decide("global", Cluster.of(3, 3, 9))).isEqualTo(global);
  }

  @Test
  void fallbackGivesTheGlobalPlacement() {
    for (Cluster cluster :
        new Cluster[] {
          Cluster.of(3, 3, 9), Cluster.of(2, 4, 16).withRanksDown(3), Cluster.of(2, 4, 9)
        }) {
      assertThat(place("hierarchical", cluster)).isEqualTo(place("global", cluster));
      assertThat(place("auto", cluster)).isEqualTo(place("global", cluster));
    }
  }

  @Test
  void hierarchicalKeepsEveryGroupOnOneNode() {
    Cluster cluster = Cluster.of(2, 4, 12);
    Placement placement = strategy().place(asking("hierarchical", cluster)).placement();
    for (int group = 0; group < 4; group++) {
      int first = 2 * group;
      assertThat(
              IntStream.range(0, placement.slots())
                  .filter(slot -> placement.logicalAt(0, slot) / 2 == first / 2)
                  .map(slot -> cluster.nodeOf(placement.layout().rankOf(slot)))
                  .distinct())
          .as("nodes of group %d", group)
          .hasSize(1);
    }
  }

  @Test
  void speedsThatAreIgnoredAreSaidToBe() {
    Cluster cluster = Cluster.of(2, 4, 8).withSpeeds(1, 1, 1, 2);
    assertThat(decide("auto", cluster).facts()).containsEntry("speeds", "ignored");
    assertThat(place("auto", cluster)).isEqualTo(place("auto", Cluster.of(2, 4, 8)));
  }

  @Test
  void withoutLoadAndWithoutStartIsAnError() {
    PlacementRequest request = without(request(Cluster.of(1, 2, 8)), "start", "none");
    assertThatThrownBy(() -> strategy().place(request))
        .isInstanceOf(InvalidLoadException.class)
        .hasMessageContaining("no load was given")
        .hasMessageContaining("set the option 'start' to linear or zigzag");
  }

  @Test
  void withoutLoadBeginsWithTheStartAndSaysSo() {
    PlacementRequest request = without(request(Cluster.of(1, 2, 10)), "start", "zigzag");
    PlacementResult result = strategy().place(request);
    assertThat(result.placement()).isEqualTo(new ZigzagStrategy().place(request).placement());
    assertThat(result.decision())
        .isEqualTo(
            Decision.chosen(
                "eplb", "zigzag", "LOAD_MISSING", "there is no load to balance by as yet"));
    PlacementResult linear =
        strategy().place(request.withOptions(request.options().with("start", "linear")));
    assertThat(linear.placement()).isEqualTo(new LinearStrategy().place(request).placement());
    assertThat(linear.decision().effective()).isEqualTo("linear");
  }

  @Test
  void withLoadTheStartDoesNotMatter() {
    PlacementRequest request = request(Cluster.of(1, 2, 10));
    PlacementRequest started = request.withOptions(request.options().with("start", "zigzag"));
    assertThat(strategy().place(started)).isEqualTo(strategy().place(request));
  }

  @Test
  void ranksAreFilledToTheirOwnCapacity() {
    PlacementRequest request =
        PlacementRequest.of(ModelShape.of(1, 3, 1, 1, 1), Cluster.of(1, SlotLayout.of(2, 0, 1)))
            .withLoad(Load.of(3, new double[][] {{10, 6, 5}}))
            .withOptions(Options.defaults(strategy().options()));
    // 10 to rank 0, 6 to rank 2, which is then full, 5 to rank 0.
    assertThat(RankTable.of(strategy().place(request).placement(), 0)).isEqualTo("0 2 /  / 1");
  }

  @Test
  void ranksThatAreDownAreLeftEmpty() {
    PlacementRequest request =
        PlacementRequest.of(ModelShape.of(1, 3, 1, 1, 1), Cluster.of(1, 3, 6).withRanksDown(1))
            .withLoad(Load.of(3, new double[][] {{8, 4, 2}}))
            .withOptions(Options.defaults(strategy().options()));
    // Expert 0 gets the spare slot: shares 4, 4, 2 and 4. Ties go to the lower replica and rank.
    assertThat(RankTable.of(strategy().place(request).placement(), 0))
        .isEqualTo("0 0 / -1 -1 / 1 2");
  }

  @Test
  void oneSlotARankIsFilledInOrderPastRanksThatAreDown() {
    PlacementRequest request =
        PlacementRequest.of(ModelShape.of(1, 3, 1, 1, 1), Cluster.of(1, 4, 4).withRanksDown(1))
            .withLoad(Load.of(3, new double[][] {{1, 2, 3}}))
            .withOptions(Options.defaults(strategy().options()));
    assertThat(RankTable.of(strategy().place(request).placement(), 0)).isEqualTo("0 / -1 / 1 / 2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"linear", "zigzag"})
  void composesWithAStaticStart(String start) {
    Cluster cluster = Cluster.of(2, 4, 32);
    double[] counts = new SplittableRandom(5).doubles(24, 0, 100).toArray();
    PlacementRequest request =
        PlacementRequest.of(ModelShape.of(1, 24, 2, 4, 2), cluster)
            .withLoad(Load.of(24, new double[][] {counts}))
            .withOptions(Options.defaults(strategy().options()));
    PlacementRequest beginning = without(request, "start", start);
    Placement before = strategy().place(beginning).placement();
    PlacementRequest next =
        request
            .withPrevious(before)
            .withOptions(request.options().with("start", start).with("keep_slots", true));
    Placement after = strategy().place(next).placement();
    Placement fresh = strategy().place(request).placement();
    assertThat(after).isNotEqualTo(fresh);
    for (int rank = 0; rank < cluster.ranks(); rank++) {
      int[] kept = RankTable.expertsOf(after, 0, rank);
      int[] planned = RankTable.expertsOf(fresh, 0, rank);
      assertThat(unchanged(RankTable.expertsOf(before, 0, rank), kept))
          .as("unchanged slots of rank %d", rank)
          .isEqualTo(common(RankTable.expertsOf(before, 0, rank), planned));
      Arrays.sort(kept);
      Arrays.sort(planned);
      assertThat(kept).as("experts of rank %d", rank).isEqualTo(planned);
    }
  }

  private static long unchanged(int[] before, int[] after) {
    return IntStream.range(0, before.length).filter(i -> before[i] == after[i]).count();
  }

  /** How many experts two ranks have in common, each as often as both hold it. */
  private static long common(int[] one, int[] other) {
    return Arrays.stream(one)
        .distinct()
        .mapToLong(expert -> Math.min(count(one, expert), count(other, expert)))
        .sum();
  }

  private static long count(int[] experts, int expert) {
    return Arrays.stream(experts).filter(e -> e == expert).count();
  }

  @Test
  void previousPlacementIsIgnoredUnlessSlotsAreToBeKept() {
    PlacementRequest request = request(Cluster.of(2, 4, 12));
    Placement before = new ZigzagStrategy().place(request).placement();
    assertThat(strategy().place(request.withPrevious(before))).isEqualTo(strategy().place(request));
  }

  @Test
  void thereIsNothingToKeepWithoutAPreviousPlacement() {
    PlacementRequest request = request(Cluster.of(2, 4, 12));
    PlacementRequest keeping = request.withOptions(request.options().with("keep_slots", true));
    assertThat(strategy().place(keeping)).isEqualTo(strategy().place(request));
  }
}

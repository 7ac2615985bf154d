package io.stagger.strategies;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.routing.CoSelection;
import io.stagger.api.routing.RoutingProfile;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.Options;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.strategies.activated.ActivatedStrategy;
import io.stagger.strategies.affinity.AffinityStrategy;
import io.stagger.strategies.balanced.BalancedStrategy;
import io.stagger.strategies.steady.SteadyStrategy;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Auto chooses by the load, or else by the model's expert groups. */
class AutoStrategyTest {

  private static final ModelShape MODEL = ModelShape.of(3, 16, 2, 4, 2);
  private static final Cluster CLUSTER = Cluster.of(1, 4, 16);

  private static final RoutingProfile TOGETHER =
      RoutingProfile.none()
          .withCoSelection(
              CoSelection.of(3, 16, LongStream.range(0, 3 * 16 * 16).map(i -> i % 7).toArray()));

  private static PlacementStrategy strategy() {
    return new AutoStrategy();
  }

  @Test
  void choosesZigzagForExpertGroups() {
    PlacementRequest request = request(ModelShape.of(3, 16, 2, 4, 2), CLUSTER);
    PlacementResult result = strategy().place(request);
    assertThat(result.placement()).isEqualTo(new ZigzagStrategy().place(request).placement());
    assertThat(result.decision().effective()).isEqualTo("zigzag");
    assertThat(result.decision().outcome()).isEqualTo(Decision.Outcome.CHOSEN);
    assertThat(result.decision().reason()).isEqualTo("EXPERT_GROUPS");
    assertThat(result.decision().facts()).containsEntry("groups", "4");
  }

  @Test
  void choosesLinearWithoutExpertGroups() {
    PlacementRequest request = request(ModelShape.of(3, 16, 2, 1, 1), CLUSTER);
    PlacementResult result = strategy().place(request);
    assertThat(result.placement()).isEqualTo(new LinearStrategy().place(request).placement());
    assertThat(result.decision().effective()).isEqualTo("linear");
    assertThat(result.decision().outcome()).isEqualTo(Decision.Outcome.CHOSEN);
    assertThat(result.decision().reason()).isEqualTo("NO_EXPERT_GROUPS");
    assertThat(result.decision().facts()).containsEntry("groups", "1");
  }

  private static PlacementRequest request(ModelShape model, Cluster cluster) {
    return PlacementRequest.of(model, cluster)
        .withOptions(Options.defaults(new AutoStrategy().options()));
  }

  @Test
  void balancesALoadAndSaysHow() {
    PlacementRequest request = request(MODEL, CLUSTER).withLoad(skewed());
    PlacementResult result = strategy().place(request);
    assertChosen(new BalancedStrategy(), "LOAD_GIVEN", request);
    assertThat(result.decision().facts())
        .containsEntry("load", "given")
        .containsEntry("nodes", "1")
        .containsEntry("previous", "absent")
        .containsKey("gap.mean");
  }

  @Test
  void staysNearAPreviousPlacement() {
    PlacementRequest request = request(MODEL, CLUSTER);
    Placement previous = new LinearStrategy().place(request).placement();
    assertChosen(
        new SteadyStrategy(), "PREVIOUS_GIVEN", request.withLoad(skewed()).withPrevious(previous));
  }

  @Test
  void looksAtActivatedExpertsForDecoding() {
    Options decode = Options.defaults(strategy().options()).with(AutoStrategy.PHASE, "decode");
    assertChosen(
        new ActivatedStrategy(),
        "DECODE",
        request(MODEL, CLUSTER).withLoad(skewed()).withOptions(decode));
  }

  @Test
  void keepsWhatIsChosenTogetherOnFewNodes() {
    PlacementRequest request =
        request(MODEL, Cluster.of(2, 4, 16)).withLoad(skewed()).withRouting(TOGETHER);
    assertChosen(new AffinityStrategy(), "SEVERAL_NODES", request);
  }

  @Test
  void looksAtBalanceAloneOnOneNode() {
    assertChosen(
        new BalancedStrategy(),
        "LOAD_GIVEN",
        request(MODEL, CLUSTER).withLoad(skewed()).withRouting(TOGETHER));
  }

  private void assertChosen(PlacementStrategy other, String reason, PlacementRequest request) {
    PlacementResult result = strategy().place(request);
    Options defaults = Options.defaults(other.options());
    assertThat(result.placement())
        .isEqualTo(other.place(request.withOptions(defaults)).placement());
    assertThat(result.decision().effective()).isEqualTo(other.name());
    assertThat(result.decision().outcome()).isEqualTo(Decision.Outcome.CHOSEN);
    assertThat(result.decision().reason()).isEqualTo(reason);
  }

  @Test
  void learnsNothingFromALoadWithoutTokens() {
    PlacementRequest request = request(MODEL, CLUSTER);
    PlacementResult result = strategy().place(request.withLoad(Load.uniform(3, 16, 0)));
    assertThat(result.placement()).isEqualTo(strategy().place(request).placement());
    assertThat(result.decision().reason()).isEqualTo("EXPERT_GROUPS");
    assertThat(result.decision().facts()).containsEntry("load", "idle");
  }

  private static Load skewed() {
    double[][] rows = new double[3][16];
    for (double[] row : rows) {
      Arrays.setAll(row, expert -> expert * expert);
    }
    return Load.of(16, rows);
  }
}
